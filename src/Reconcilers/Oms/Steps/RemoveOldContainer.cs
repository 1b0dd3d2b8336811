using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Cleanup: removes the old container, addressed by the id that was recorded, only while it is stopped and the new one
/// runs with all its programs. From then on there is no way back by this object.
/// </summary>
internal sealed class RemoveOldContainer(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Receipt key: ID of the image it had.</summary>
    public const string ImageIdKey = "imageId";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var old = await InspectAsync(context, context.Parameter("old"), cancellationToken);
        if (old is null)
        {
            return new Observation.Done($"{context.Parameter("name")} is gone");
        }

        return old.State.Running || old.State.Restarting
            ? new Observation.Failed(Reasons.TargetChanged, $"{context.Parameter("name")} on {Node(context)} runs: somebody started it, and it is left alone. If the way back was meant set spec.desiredState: RolledBack, otherwise stop it")
            : new Observation.NotStarted();
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var name = context.Parameter("container");
        if (await InspectAsync(context, name, cancellationToken) is not { State.Running: true })
        {
            throw new StepActionException(Reasons.ComponentsUnhealthy, $"{name} on {Node(context)} does not run, so {context.Parameter("name")} stays; start the new one, then retry");
        }

        var programs = await ProgramsAsync(context, cancellationToken);
        var down = programs.NotRunning(OmsPrograms.All);
        if (!programs.Answered || down.Count > 0)
        {
            throw new StepActionException(Reasons.ComponentsUnhealthy, $"not all programs of {name} on {Node(context)} run ({string.Join(", ", down)}), so {context.Parameter("name")} stays; repair the new one, then retry");
        }

        return Fact(ImageIdKey, (await InspectAsync(context, context.Parameter("old"), cancellationToken))?.Image ?? "");
    }

    /// <inheritdoc />
    public override Task ActAsync(StepContext context, CancellationToken cancellationToken) =>
        Docker(context).Containers.RemoveContainerAsync(context.Parameter("old"), new ContainerRemoveParameters { Force = false }, cancellationToken);
}
