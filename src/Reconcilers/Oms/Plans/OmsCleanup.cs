namespace Drydock.Reconcilers.Oms;

/// <summary>The removal of the old containers of an upgrade that succeeded, where spec.cleanup asks for it.
/// Pure.</summary>
internal sealed class OmsCleanup : IRunCleanup
{
    public string Begins => "the old containers are being removed";

    public string Stops => "No more old containers are removed";

    public string Word => Reasons.RemoveOldContainers;

    public string? After(RunSpec spec) =>
        spec.DesiredState != DesiredState.RolledBack && ((OmsUpgradeSpec)spec).Cleanup.After is { Length: > 0 } after
            ? after
            : null;

    public DateTimeOffset? From(RunStatus status) => ((OmsUpgradeStatus)status).CleanupFrom;

    public DateTimeOffset? AnnouncedAt(RunStatus status) => ((OmsUpgradeStatus)status).CleanupAt;

    public RunStatus Announce(RunStatus status, DateTimeOffset? from, DateTimeOffset? at) =>
        (OmsUpgradeStatus)status with { CleanupFrom = from, CleanupAt = at };

    public Plan Compile(RunSpec spec, PlanProgress done) => new CleanupPlanner((OmsUpgradeSpec)spec, done).Compile();
}
