namespace Drydock.Reconcilers.Oms;

/// <summary>The removal of the old containers of an upgrade that succeeded, where spec.cleanup asks for it.
/// Pure.</summary>
internal sealed class OmsCleanup : IRunCleanup<OmsUpgradeSpec, OmsUpgradeStatus>
{
    public string Begins => "the old containers are being removed";

    public string Stops => "No more old containers are removed";

    public Plan? PlanOf(OmsUpgradeStatus status) => status.CleanupPlan;

    public OmsUpgradeStatus WithPlan(OmsUpgradeStatus status, Plan? plan) => status with { CleanupPlan = plan };

    public DateTimeOffset? DueAt(OmsUpgradeSpec spec, OmsUpgradeStatus status)
    {
        if (status.CleanupPlan is not null || status.FinishedAt is not { } finished
            || spec.DesiredState == DesiredState.RolledBack || spec.Mode == RunMode.Plan)
        {
            return null;
        }

        if (spec.Cleanup.Accepted)
        {
            return finished;
        }

        return spec.Cleanup.After is { Length: > 0 } after ? finished + KubernetesDuration.Parse(after) : null;
    }

    public DateTimeOffset? AnnouncedAt(OmsUpgradeStatus status) => status.CleanupAt;

    public OmsUpgradeStatus Announce(OmsUpgradeStatus status, DateTimeOffset? at) => status with { CleanupAt = at };

    public Plan Compile(OmsUpgradeSpec spec, Plan done, int attemptsBefore) =>
        new CleanupPlanner(spec, done).Compile() with { AttemptsBefore = attemptsBefore };
}
