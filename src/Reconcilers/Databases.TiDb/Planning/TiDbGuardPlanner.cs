namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Adds the conditions that must hold during the upgrade.</summary>
internal sealed class TiDbGuardPlanner(PlanBuilder plan, DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    public void Compile()
    {
        var tidb = spec.Tidb ?? new TiDbSpec();

        // Raising limits may take days, never fails the upgrade, and must not prevent DDL: nothing guards it.
        var tuning = plan.Phase(DatabaseRollingUpgradePhases.TuneScheduling).FirstOrDefault();
        Guard(new ClusterIsTheSame.Args(discovery.ClusterId), [], tuning);
        Guard(new NoDdlAppears.Args(), [], tuning);
        if (!tidb.Backup.Waived)
        {
            Guard(new SnapshotStays.Args(TiDbStepIds.Snapshot), [TiDbStepIds.Snapshot], tuning);
        }

        if (discovery.LeaderPriorities.Count > 0)
        {
            Guard(new LeaderPriorityStaysCleared.Args(), [TiDbStepIds.ClearPriority], TiDbStepIds.RestorePriority);
        }

        if (spec.Of(DatabaseComponent.TiKV).FirstOrDefault() is { } first)
        {
            Guard(new NoEvictSchedulerIsLeft.Args(), [TiDbStepIds.Verify(first)], tuning);
        }

        var merging = MergeLimits.Of(tidb, discovery.ScheduleLimits);
        Guard(new ScheduleLimitsStay.Args(merging.First), [TiDbStepIds.LimitMerging], tuning);
    }

    private void Guard<TArgs>(TArgs args, IEnumerable<string> from, string? until)
        where TArgs : class =>
        plan.Guard(PlannedStep.Guard(StepArguments.ActionOf(typeof(TArgs)), node: null, args, from, until));
}
