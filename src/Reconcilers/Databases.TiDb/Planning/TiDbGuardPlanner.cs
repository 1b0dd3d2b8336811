namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Adds the conditions that must hold during the upgrade.</summary>
internal sealed class TiDbGuardPlanner(PlanBuilder plan, DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    public void Compile()
    {
        var tidb = spec.Tidb ?? new TiDbSpec();

        // Raising limits may take days, never fails the upgrade, and must not prevent DDL: nothing guards it.
        var tuning = plan.Phase(DatabaseRollingUpgradePhases.TuneScheduling).FirstOrDefault();
        Guard(new ClusterIsTheSame(discovery.ClusterId), [], tuning);
        Guard(new NoDdlAppears(), [], tuning);
        if (!tidb.Backup.Waived)
        {
            Guard(new SnapshotStays(TiDbStepIds.Snapshot), [TiDbStepIds.Snapshot], tuning);
        }

        if (discovery.LeaderPriorities.Count > 0)
        {
            Guard(new LeaderPriorityStaysCleared(), [TiDbStepIds.ClearPriority], TiDbStepIds.RestorePriority);
        }

        if (spec.Of(DatabaseComponent.TiKV).FirstOrDefault() is { } first)
        {
            Guard(new NoEvictSchedulerIsLeft(), [TiDbStepIds.Verify(first)], tuning);
        }

        var merging = MergeLimits.Of(tidb, discovery.ScheduleLimits);
        Guard(new ScheduleLimitsStay(merging.First), [TiDbStepIds.LimitMerging], tuning);
    }

    private void Guard(IGuardCheck check, IEnumerable<string> from, string? until) =>
        plan.Guard(PlannedStep.Guard(check.GetType().Name, node: null, check, from, until));
}
