using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// What the steps of TiDB's plans mean to the frame that runs them: how long they may take, what they change, what they
/// wait for. Pure.
/// </summary>
internal static class TiDbWork
{
    /// <summary>How long one attempt of a step may take.</summary>
    public static TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step) => TiDbTimeouts.Of(spec, step);

    /// <summary>Whether the first process was stopped, or may have been: until then everything can be undone.</summary>
    public static bool IsPastUndo(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Steps.Exists(s => s.Action == TiDbActions.SwapInstance && IsBegun(s));
    }

    /// <summary>
    /// Whether anything was changed that a way back would undo. Packages, saved configuration and backups that lie
    /// somewhere are left there.
    /// </summary>
    public static bool Changed(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Steps.Exists(s => IsBegun(s) && s.Action is TiDbActions.SetLeaderPriorities or TiDbActions.SwapInstance);
    }

    /// <summary>
    /// Whether a step only waits for something, so that leaving it half way leaves nothing half done.
    /// </summary>
    public static bool OnlyWaits(PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Action is TiDbActions.DrainPump or TiDbActions.DrainDrainer or TiDbActions.AwaitClusterVersion or TiDbActions.AwaitConsistentServers
            or TiDbActions.CheckProcesses or TiDbActions.CheckCluster or TiDbActions.CheckBinlog or TiDbActions.CountFailedStatements or TiDbActions.SmokeSpark;
    }

    /// <summary>Whether an attempt of a step was ever begun.</summary>
    internal static bool IsBegun(PlanStep step) =>
        step.State != StepState.Pending || step.Attempt > 0 || step.StartedAt is not null;
}
