namespace Drydock.Reconcilers.Oms;

/// <summary>After T1 no old container runs, and during a rollback no new one: old and new share logs, store and run
/// mounts and would corrupt them (docs/research/oms.md#rollback).</summary>
internal sealed class ContainerStaysStopped(IOmsTargets targets) : GuardBase<ContainerStaysStopped.Args>
{
    /// <param name="Container">Id of the container.</param>
    /// <param name="Name">Name of the container.</param>
    /// <param name="IsNew">Whether it is the new container, which may be removed.</param>
    public sealed record Args(string Container, string Name, bool IsNew = false);

    protected override async Task<GuardReading> CheckAsync(
        PlanGuard guard, Args args, Plan plan, CancellationToken cancellationToken)
    {
        var where = $"container {args.Name} on {guard.Node}";
        try
        {
            var container = await targets.Docker(guard.Node!).Containers.InspectContainerAsync(
                args.Container, cancellationToken);
            var since = container.State.StartedAt?.ToString("u", CultureInfo.InvariantCulture);
            return container.State.Running
                ? GuardReading.Broken(
                    $"The {(args.IsNew ? "new" : "old")} {where} was started outside of this upgrade at {since}. "
                    + $"Run `docker stop {args.Name}` on that host, then the run continues automatically.")
                : GuardReading.Holds;
        }
        catch (DockerNotFoundException) when (args.IsNew)
        {
            return GuardReading.Holds;
        }
        catch (DockerNotFoundException)
        {
            return GuardReading.Broken($"The old {where} was removed. A rollback needs it.");
        }
    }
}
