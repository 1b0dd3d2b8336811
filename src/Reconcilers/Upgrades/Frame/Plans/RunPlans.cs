namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a status how far a run is with its plans. Pure.</summary>
internal static class RunPlans
{
    // The number of attempts of one plan stays far below this; the gap keeps the names of two plans apart.
    private const int AttemptsOfAPlan = 100;

    public static bool IsUpgraded(this RunStatus status) =>
        status.Plan is { Steps.Count: > 0 } plan
            && PlanProgress.Done(plan)
            && (status.RollbackPlan is null
                    || !(PlanProgress.Begun(status.RollbackPlan) || PlanProgress.Done(status.RollbackPlan)));

    public static bool IsRolledBack(this RunStatus status) =>
        status.RollbackPlan is { } plan && PlanProgress.Done(plan);

    public static int AttemptsBefore(RunStatus? status) =>
        (status?.Attempts.LastOrDefault()?.Number ?? 0) * AttemptsOfAPlan;
}
