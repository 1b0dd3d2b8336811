using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Undoes <see cref="CreateContainer"/>: removes a container that this upgrade created and that does not
/// run.</summary>
internal sealed class RemoveContainer(IOmsTargets targets) : OmsStep<RemoveContainer.Args>(targets)
{
    /// <param name="Container">Name or id of the container.</param>
    public sealed record Args(string Container);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, args.Container, cancellationToken);
        if (container is null || container.Label(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Done($"{context.Node} has no container of this upgrade.");
        }

        return container.State.Running
            ? new Observation.Failed(
                Reasons.TargetChanged,
                $"{args.Container} on {context.Node} was started outside of this upgrade, so the operator does not "
                + $"remove it. Run `docker stop {args.Container}` on that host, then retry.")
            : new Observation.NotStarted();
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var containers = Docker(context).Containers;
        var container = await containers.InspectContainerAsync(args.Container, cancellationToken);
        await containers.RemoveContainerAsync(
            container.ID, new ContainerRemoveParameters { Force = false }, cancellationToken);
    }
}
