namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads from a status how far a run is with its plans. Pure.</summary>
internal static class RunPlans
{
    /// <summary>The steps that failed, and run-once steps whose outcome can never be determined. A step that failed
    /// because the target was changed from outside, or has gone further than the status, does not count, nor does a
    /// step that merely cannot be read: it may succeed.</summary>
    public static ImmutableList<Step> Failing(this PlanProgress plan) => plan.Steps.FindAll(s =>
        (s.State == StepState.Failed && s.Reason is not (Reasons.TargetChanged or Reasons.StatusOutdated))
        || s.IsOutcomeUnknown());

    /// <summary>Whether an observation of a run-once step showed that its outcome can never be determined.</summary>
    public static bool IsOutcomeUnknown(this Step step) =>
        step is { State: StepState.Unknown, RunOnce: true, Reason: Reasons.OutcomeUnknown };

    /// <summary>A plan that was left for its rollback for good, as its history: the actions, their targets, times and
    /// results. Other details are no longer needed, and for a large database both plans would not fit into one object.
    /// The hash stays that of the plan as it was approved.</summary>
    public static PlanProgress AsHistory(this PlanProgress plan) => new PlanProgress(
        plan.Plan with
        {
            Steps = plan.Plan.Steps.ConvertAll(s => s with { Title = "", After = [], Timeout = "", MaxAttempts = 0 }),
        },
        plan.Record).With(plan.Steps.Select(s => s with { Record = s.Record with { Tries = 0 } }));

    public static bool IsUpgraded(this RunStatus status) =>
        status.Plan is { Steps.Count: > 0 } plan
            && plan.IsDone
            && status.RollbackPlan is not { HasBegunOrIsDone: true };

    public static bool IsRolledBack(this RunStatus status) =>
        status.RollbackPlan is { IsDone: true };
}
