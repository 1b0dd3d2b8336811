namespace Drydock.Reconcilers.Oms;

/// <summary>Undoes <see cref="PrepareImage"/>: removes an image that was not on the host before, under all its names,
/// or only the name that this upgrade gave it. An image that a container uses stays.</summary>
/// <param name="Image">Name of the image.</param>
/// <param name="ImageId">Id of the image that is removed; null if only its name is.</param>
internal sealed record RemoveImage(string Image, string? ImageId = null) : OmsStep
{
    internal override string Verb => "remove-image";

    internal override string Title(string? node) => $"Remove {Image} from {node}";

    private string Reference => ImageId ?? Image;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await Files(context).IsLeftoverThereAsync(cancellationToken))
        {
            return new Observation.NotStarted("A probe container of this upgrade still exists.");
        }

        if (await Docker(context).FindImageAsync(Reference, cancellationToken) is null)
        {
            return new Observation.Done("The image is removed.");
        }

        return context.Receipt(ImageRemoval.InUseKey) is null
            ? new Observation.NotStarted()
            : new Observation.Done("The image stays, because a container uses it.");
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var docker = Docker(context);
        return await docker.FindImageAsync(Reference, cancellationToken) is { } image
            && await docker.IsInUseAsync(image, cancellationToken)
                ? Entry(ImageRemoval.InUseKey, "true")
                : Receipt(context);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Files(context).RemoveLeftoverAsync(cancellationToken);
        var docker = Docker(context);
        if (context.Receipt(ImageRemoval.InUseKey) is null
            && await docker.FindImageAsync(Reference, cancellationToken) is { } image)
        {
            await docker.RemoveNamesAsync(ImageId is null ? [Image] : image.Names(), cancellationToken);
        }
    }

    private HostFiles Files(StepContext context) => new(Docker(context), context.OwnerUid, Image);
}
