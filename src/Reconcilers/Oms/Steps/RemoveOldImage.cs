using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Cleanup: removes the image of the removed old container, under all its names, unless another container uses
/// it.</summary>
internal sealed class RemoveOldImage(IOmsTargets targets) : OmsStep<RemoveOldImage.Args>(targets)
{
    /// <param name="ContainerStep">Id of the step that removed the container.</param>
    public sealed record Args(string ContainerStep);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (await FindAsync(context, args, cancellationToken) is null)
        {
            return new Observation.Done("The old image is removed.");
        }

        return context.Receipt(ImageRemoval.InUseKey) is null
            ? new Observation.NotStarted()
            : new Observation.Done("The old image stays, because another container uses it.");
    }

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        await FindAsync(context, args, cancellationToken) is { } image
        && await Docker(context).IsInUseAsync(image, cancellationToken)
            ? Entry(ImageRemoval.InUseKey, "true")
            : Receipt(context);

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (context.Receipt(ImageRemoval.InUseKey) is null
            && await FindAsync(context, args, cancellationToken) is { } image)
        {
            await Docker(context).RemoveNamesAsync(image.Names(), cancellationToken);
        }
    }

    private async Task<ImageInspectResponse?> FindAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        context.Recorded(args.ContainerStep, RemoveOldContainer.ImageIdKey) is { Length: > 0 } id
            ? await Docker(context).FindImageAsync(id, cancellationToken)
            : null;
}
