using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Undoes <see cref="CreateContainer"/>: removes a container that this upgrade created and that does not
/// run.</summary>
/// <param name="Container">Name or id of the container.</param>
internal sealed record RemoveContainer(string Container) : OmsStep
{
    internal override string Verb => "remove-container";

    internal override string Title(string? node) => $"Remove {Container} from {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        if (container is null || container.Label(Labels.UpgradeUid) != context.OwnerUid)
        {
            return new Observation.Done($"{context.Node} has no container of this upgrade.");
        }

        return container.State.Running
            ? new Observation.Failed(
                Reasons.TargetChanged,
                $"{Container} on {context.Node} was started outside of this upgrade, so the operator does not "
                + $"remove it. Run `docker stop {Container}` on that host, then retry.")
            : new Observation.NotStarted();
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var containers = Docker(context).Containers;
        var container = await containers.InspectContainerAsync(Container, cancellationToken);
        await containers.RemoveContainerAsync(
            container.ID, new ContainerRemoveParameters { Force = false }, cancellationToken);
    }
}
