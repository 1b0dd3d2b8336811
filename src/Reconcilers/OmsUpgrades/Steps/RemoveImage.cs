using Drydock.Clients.Docker;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.OmsUpgrades.Access;

namespace Drydock.Reconcilers.OmsUpgrades.Steps;

/// <summary>Undoes <see cref="PrepareImage"/>: takes away an image that was not on the host before. One that a container uses stays.</summary>
public sealed class RemoveImage(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Docker(context).Images.InspectImageAsync(context.Parameter("image"), cancellationToken);
            return context.Receipt("inUse") is null ? new Observation.NotStarted() : new Observation.Done("the image stays: a container uses it");
        }
        catch (DockerNotFoundException)
        {
            return new Observation.Done("the image is gone");
        }
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var image = await Docker(context).Images.InspectImageAsync(context.Parameter("image"), cancellationToken);
        var containers = await Docker(context).Containers.ListContainersAsync(new ContainersListParameters { All = true }, cancellationToken);
        return containers.Any(c => c.ImageID == image.ID) ? Fact("inUse", "true") : await base.PrepareAsync(context, cancellationToken);
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt("inUse") is null)
        {
            await Docker(context).Images.DeleteImageAsync(context.Parameter("image"), new ImageDeleteParameters(), cancellationToken);
        }
    }
}
