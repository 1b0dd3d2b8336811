using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Cleanup: removes the old container, addressed by the recorded id, only while it is stopped and the new
/// container runs with all its programs. After that this object cannot roll back.</summary>
/// <param name="Old">Id of the old container.</param>
/// <param name="Name">Name of the old container.</param>
/// <param name="Container">Id or name of the new container.</param>
internal sealed record RemoveOldContainer(string Old, string Name, string Container) : OmsStep
{
    public const string ImageIdKey = "imageId";

    internal override string Title(string? node) => $"Remove {Name} from {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var old = await InspectAsync(context, Old, cancellationToken);
        if (old is null)
        {
            return new Observation.Done($"{Name} is removed.");
        }

        return old.State.Running || old.State.Restarting
            ? new Observation.Failed(
                Reasons.TargetChanged,
                $"The old container {Name} on {context.Node} is running, so the operator does not remove it. "
                + $"If it was started by mistake, run `docker stop {Name}` on that host and retry. "
                + "If you want to roll back, set spec.desiredState: RolledBack.")
            : new Observation.NotStarted();
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, Container, cancellationToken) is not { State.Running: true })
        {
            throw Stays(context, "is not running");
        }

        var programs = await ProgramsAsync(context, Container, cancellationToken);
        var down = programs.NotRunning(OmsPrograms.All);
        if (!programs.Answered || down.Count > 0)
        {
            throw Stays(context, $"does not run all its programs ({string.Join(", ", down)})");
        }

        return Entry(ImageIdKey, (await InspectAsync(context, Old, cancellationToken))?.Image ?? "");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Docker(context).Containers.RemoveContainerAsync(
            Old, new ContainerRemoveParameters { Force = false }, cancellationToken);

    private StepActionException Stays(StepContext context, string problem) => new(
        Reasons.ComponentsUnhealthy,
        $"The new container {Container} on {context.Node} {problem}, so {Name} is not removed. "
        + "Repair the new container, then retry.");
}
