using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a status where a run stands between its plans. Pure.</summary>
internal static class RunPlans
{
    // Attempts of one plan stay far below; a gap keeps the names of two plans apart.
    private const int AttemptsOfAPlan = 100;

    /// <summary>The upgrade is done and nothing of it was taken back: the new version is what runs.</summary>
    public static bool IsUpgraded(this RunStatus status) =>
        status.Plan is { Steps.Count: > 0 } plan && PlanProgress.Done(plan) && (status.RollbackPlan is null || !(PlanProgress.Begun(status.RollbackPlan) || PlanProgress.Done(status.RollbackPlan)));

    /// <summary>The way back was taken to its end.</summary>
    public static bool IsRolledBack(this RunStatus status) => status.RollbackPlan is { } plan && PlanProgress.Done(plan);

    /// <summary>What attempts of a plan that is compiled now are counted on from.</summary>
    public static int AttemptsBefore(RunStatus? status) =>
        (status?.Attempts.LastOrDefault()?.Number ?? 0) * AttemptsOfAPlan;
}
