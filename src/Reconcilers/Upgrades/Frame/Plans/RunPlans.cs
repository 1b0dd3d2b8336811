using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a status how far a run is with its plans. Pure.</summary>
internal static class RunPlans
{
    // The number of attempts of one plan stays far below this; the gap keeps the names of two plans apart.
    private const int AttemptsOfAPlan = 100;

    /// <summary>The upgrade is done and nothing of it was rolled back: the new version runs.</summary>
    public static bool IsUpgraded(this RunStatus status) =>
        status.Plan is { Steps.Count: > 0 } plan
            && PlanProgress.Done(plan)
            && (status.RollbackPlan is null
                    || !(PlanProgress.Begun(status.RollbackPlan) || PlanProgress.Done(status.RollbackPlan)));

    /// <summary>The rollback has finished.</summary>
    public static bool IsRolledBack(this RunStatus status) =>
        status.RollbackPlan is { } plan && PlanProgress.Done(plan);

    /// <summary>The number from which attempts of a plan that is compiled now are counted.</summary>
    public static int AttemptsBefore(RunStatus? status) =>
        (status?.Attempts.LastOrDefault()?.Number ?? 0) * AttemptsOfAPlan;
}
