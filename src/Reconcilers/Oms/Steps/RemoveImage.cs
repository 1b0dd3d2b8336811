namespace Drydock.Reconcilers.Oms;

/// <summary>Undoes <see cref="PrepareImage"/>: removes an image that was not on the host before, under all its names,
/// or only the name that this upgrade gave it. An image that a container uses stays.</summary>
internal sealed class RemoveImage(IOmsTargets targets) : OmsStep<RemoveImage.Args>(targets)
{
    /// <param name="Image">Name of the image.</param>
    /// <param name="ImageId">Id of the image that is removed; null if only its name is.</param>
    public sealed record Args(string Image, string? ImageId = null)
    {
        internal string Reference => ImageId ?? Image;
    }

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (await Files(context, args).IsLeftoverThereAsync(cancellationToken))
        {
            return new Observation.NotStarted("A probe container of this upgrade still exists.");
        }

        if (await Docker(context).FindImageAsync(args.Reference, cancellationToken) is null)
        {
            return new Observation.Done("The image is removed.");
        }

        return context.Receipt(ImageRemoval.InUseKey) is null
            ? new Observation.NotStarted()
            : new Observation.Done("The image stays, because a container uses it.");
    }

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        return await docker.FindImageAsync(args.Reference, cancellationToken) is { } image
            && await docker.IsInUseAsync(image, cancellationToken)
                ? Entry(ImageRemoval.InUseKey, "true")
                : Receipt(context);
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        await Files(context, args).RemoveLeftoverAsync(cancellationToken);
        var docker = Docker(context);
        if (context.Receipt(ImageRemoval.InUseKey) is null
            && await docker.FindImageAsync(args.Reference, cancellationToken) is { } image)
        {
            await docker.RemoveNamesAsync(args.ImageId is null ? [args.Image] : image.Names(), cancellationToken);
        }
    }

    private HostFiles Files(StepContext context, Args args) => new(Docker(context), context.OwnerUid, args.Image);
}
