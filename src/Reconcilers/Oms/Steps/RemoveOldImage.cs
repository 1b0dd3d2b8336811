using Drydock.Clients.Docker;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Cleanup: removes the image of the removed old container, under all its names, unless another container uses it.
/// </summary>
internal sealed class RemoveOldImage(IOmsTargets targets) : OmsStep(targets)
{
    private const string InUseKey = "inUse";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(context, cancellationToken) is null)
        {
            return new Observation.Done("the old image is gone");
        }

        return context.Receipt(InUseKey) is null ? new Observation.NotStarted() : new Observation.Done("the old image stays: another container uses it");
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var image = await FindAsync(context, cancellationToken);
        var containers = await Docker(context).Containers.ListContainersAsync(new ContainersListParameters { All = true }, cancellationToken);
        return image is not null && containers.Any(c => c.ImageID == image.ID) ? Fact(InUseKey, "true") : await base.PrepareAsync(context, cancellationToken);
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(InUseKey) is not null || await FindAsync(context, cancellationToken) is not { } image)
        {
            return;
        }

        // The last name takes the image along.
        foreach (var name in image.RepoTags.Count == 0 ? [image.ID] : image.RepoTags)
        {
            await Docker(context).Images.DeleteImageAsync(name, new ImageDeleteParameters(), cancellationToken);
        }
    }

    private async Task<ImageInspectResponse?> FindAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Recorded(context.Parameter("containerStep"), RemoveOldContainer.ImageIdKey) is not { Length: > 0 } id)
        {
            return null;
        }

        try
        {
            return await Docker(context).Images.InspectImageAsync(id, cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }
}
