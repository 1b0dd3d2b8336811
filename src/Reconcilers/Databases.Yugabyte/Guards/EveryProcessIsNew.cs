namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>No process of the old version runs once every process was new (docs/research/yugabytedb.md#autoflags).
/// Until AutoFlags are promoted, a process that does not answer blocks the upgrade too, because it may be an old one.
/// After that an old process cannot run, and a process that is down does not concern this guard.</summary>
internal sealed record EveryProcessIsNew : YugabyteGuard
{
    protected override async Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var report = await new VersionCheck(Cluster).ReadAsync(version, cancellationToken);
        if (report.Others.Count > 0)
        {
            return GuardReading.Broken(
                $"{string.Join(" ", report.Others)} A process of another version than {Cluster.Spec.ToVersion} was "
                + "started. Stop it, or start the right program in its place; "
                + "then the upgrade continues automatically.");
        }

        return report.Silent.Count > 0 && plan.Step(YugabyteStepIds.Promote) is { State: not StepState.Succeeded }
            ? GuardReading.Unreadable(
                "AutoFlags are not promoted, because a process that does not report its version may be an old one. "
                + report.Describe())
            : GuardReading.Holds;
    }
}
