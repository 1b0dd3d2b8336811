using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Cleanup: removes the image of the removed old container, under all its names, unless another container uses
/// it.</summary>
/// <param name="ContainerStep">Id of the step that removed the container.</param>
internal sealed record RemoveOldImage(string ContainerStep) : OmsStep
{
    internal override string Verb => "remove-image";

    internal override string Title(string? node) => $"Remove the old image from {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(context, cancellationToken) is null)
        {
            return new Observation.Done("The old image is removed.");
        }

        return context.Receipt(ImageRemoval.InUseKey) is null
            ? new Observation.NotStarted()
            : new Observation.Done("The old image stays, because another container uses it.");
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
        await FindAsync(context, cancellationToken) is { } image
        && await Docker(context).IsInUseAsync(image, cancellationToken)
            ? Entry(ImageRemoval.InUseKey, "true")
            : Receipt(context);

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(ImageRemoval.InUseKey) is null
            && await FindAsync(context, cancellationToken) is { } image)
        {
            await Docker(context).RemoveNamesAsync(image.Names(), cancellationToken);
        }
    }

    private async Task<ImageInspectResponse?> FindAsync(StepContext context, CancellationToken cancellationToken) =>
        context.Recorded(ContainerStep, RemoveOldContainer.ImageIdKey) is { Length: > 0 } id
            ? await Docker(context).FindImageAsync(id, cancellationToken)
            : null;
}
