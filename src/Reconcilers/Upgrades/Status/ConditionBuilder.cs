namespace Drydock.Reconcilers.Upgrades;

/// <summary>The conditions of a run. But for Ready, a condition that is not true is absent. Pure.</summary>
internal static class ConditionBuilder
{
    public static List<Condition> Build(RunObject entity, RunStatus status, RunOutcome summary, DateTimeOffset now)
    {
        var (state, reason, message) = (summary.State, summary.Reason, summary.Message);
        var set = new ConditionSet(status.Conditions, now, entity.Metadata.Generation);
        set.Set(ConditionTypes.Ready, state is RunState.Succeeded or RunState.RolledBack, reason, message);
        set.When(summary.Progresses, ConditionTypes.Reconciling, reason, message);
        set.When(summary.IsStalled, ConditionTypes.Stalled, reason, message);
        set.When(summary.Held, ConditionTypes.Held, reason, message);
        set.When(
            state == RunState.Succeeded || status.IsUpgraded(),
            ConditionTypes.Succeeded,
            state == RunState.Succeeded ? reason : Reasons.Succeeded);
        set.When(state == RunState.Failed, ConditionTypes.Failed, reason, message);
        set.When(summary.Phase == RunPhases.RolledBack, ConditionTypes.RolledBack, reason);
        return set.Conditions;
    }
}
