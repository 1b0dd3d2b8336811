using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Undoes <see cref="CreateContainer"/>: removes a container that this upgrade created and never started.
/// </summary>
internal sealed class RemoveContainer(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, context.Parameter("container"), cancellationToken);
        if (container is null || container.Config.Labels?.GetValueOrDefault(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Done("no container of this upgrade is there");
        }

        return container.State.Running
            ? new Observation.Failed(Reasons.TargetChanged, $"{context.Parameter("container")} on {Node(context)} was started by somebody; it is left alone")
            : new Observation.NotStarted();
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await Docker(context).Containers.InspectContainerAsync(context.Parameter("container"), cancellationToken);
        await Docker(context).Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = false }, cancellationToken);
    }
}
