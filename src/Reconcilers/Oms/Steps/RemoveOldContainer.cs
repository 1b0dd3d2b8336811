using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Cleanup: removes the old container, addressed by the recorded id, only while it is stopped and the new
/// container runs with all its programs. After that this object cannot roll back.</summary>
internal sealed class RemoveOldContainer(IOmsTargets targets) : OmsStep<RemoveOldContainer.Args>(targets)
{
    public const string ImageIdKey = "imageId";

    /// <param name="Old">Id of the old container.</param>
    /// <param name="Name">Name of the old container.</param>
    /// <param name="Container">Id or name of the new container.</param>
    public sealed record Args(string Old, string Name, string Container);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var old = await InspectAsync(context, args.Old, cancellationToken);
        if (old is null)
        {
            return new Observation.Done($"{args.Name} is removed.");
        }

        return old.State.Running || old.State.Restarting
            ? new Observation.Failed(
                Reasons.TargetChanged,
                $"The old container {args.Name} on {context.Node} is running, so the operator does not remove it. "
                + $"If it was started by mistake, run `docker stop {args.Name}` on that host and retry. "
                + "If you want to roll back, set spec.desiredState: RolledBack.")
            : new Observation.NotStarted();
    }

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var name = args.Container;
        if (await InspectAsync(context, name, cancellationToken) is not { State.Running: true })
        {
            throw Stays(context, args, "is not running");
        }

        var programs = await ProgramsAsync(context, name, cancellationToken);
        var down = programs.NotRunning(OmsPrograms.All);
        if (!programs.Answered || down.Count > 0)
        {
            throw Stays(context, args, $"does not run all its programs ({string.Join(", ", down)})");
        }

        return Entry(ImageIdKey, (await InspectAsync(context, args.Old, cancellationToken))?.Image ?? "");
    }

    protected override Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        Docker(context).Containers.RemoveContainerAsync(
            args.Old, new ContainerRemoveParameters { Force = false }, cancellationToken);

    private static StepActionException Stays(StepContext context, Args args, string problem) => new(
        Reasons.ComponentsUnhealthy,
        $"The new container {args.Container} on {context.Node} {problem}, so {args.Name} is not removed. "
        + "Repair the new container, then retry.");
}
