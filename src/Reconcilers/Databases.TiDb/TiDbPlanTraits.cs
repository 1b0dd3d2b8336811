namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the steps of a TiDB plan mean to the frame that runs them. Pure.</summary>
internal static class TiDbPlanTraits
{
    public static bool IsPastUndo(Plan plan) => plan.Steps.Exists(s => s.Is<SwapInstance>() && PlanProgress.Begun(s));

    /// <summary>Whether anything was changed that a rollback would undo. Packages, saved configuration and backups
    /// stay.</summary>
    public static bool Changed(Plan plan) =>
        plan.Steps.Exists(
            s => PlanProgress.Begun(s) && (s.Is<SetLeaderPriorities>() || s.Is<SwapInstance>()));

    /// <summary>Whether the upgrade of an instance begins with the step, so that the maintenance window is asked before
    /// it.</summary>
    public static bool BeginsInstance(PlanStep step) => TiDbStepIds.IsDrain(step);

    /// <summary>The vendor's rule for one TiKV (docs/research/tidb.md#procedure); null for other instances.</summary>
    public static TimeSpan? UnitEstimate(PlanStep step) => step.Is<DrainTikv>() ? TimeSpan.FromMinutes(5) : null;

    /// <summary>Whether a step only waits, so that interrupting it leaves nothing half done.</summary>
    public static bool OnlyWaits(PlanStep step) => WaitingActions<ITiDbTargets>.Contains(step);
}
