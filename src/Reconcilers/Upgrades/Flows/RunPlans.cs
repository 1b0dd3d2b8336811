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

    /// <summary>The kind of the plan that is carried out.</summary>
    public static PlanKind ActiveKind(this RunStatus status) =>
        status.CleanupPlan is { IsDone: false } ? PlanKind.Cleanup
        : status.RollbackPlan is not null ? PlanKind.Rollback
        : PlanKind.Upgrade;

    /// <summary>The plan that is carried out; null without one.</summary>
    public static PlanProgress? ActivePlan(this RunStatus status) => status.PlanOf(status.ActiveKind());

    /// <summary>The plan that a retry is for. Without one, what stands for it: the retry is then bound to the abort, if
    /// there was one, and to the retries before it.</summary>
    public static PlanProgress Retried(this RunStatus status)
    {
        if (status.ActivePlan() is { } plan)
        {
            return plan;
        }

        var none = new Plan { Acknowledged = [status.AbortedBy ?? ""] };
        var used = status.UsedTokens.Select(u => Word.Parse(u.Token)).Where(word => word?.IsOf(none.Hash) == true);
        return PlanProgress.Of(none with { Number = 1 + (used.Max(word => word?.Number) ?? 0) });
    }

    public static bool IsUpgraded(this RunStatus status) =>
        status.Plan is { Steps.Count: > 0 } plan
            && plan.IsDone
            && status.RollbackPlan is not { HasBegunOrIsDone: true };

    public static bool IsRolledBack(this RunStatus status) =>
        status.RollbackPlan is { IsDone: true };
}
