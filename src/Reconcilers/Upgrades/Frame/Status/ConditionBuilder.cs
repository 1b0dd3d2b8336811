namespace Drydock.Reconcilers.Upgrades;

/// <summary>The conditions of a run: those of kstatus, and one for each milestone of its kind. Pure.</summary>
internal sealed class ConditionBuilder(RunKind kind)
{
    public List<Condition> Build(
        RunSpec spec, RunStatus status, RunStatusSummary summary, DateTimeOffset now, long? generation)
    {
        var set = new ConditionSet(status.Conditions, now, generation);
        SetGeneral(set, status, summary);
        var milestones = kind.Milestones(spec);
        if (status.Plan is { } plan)
        {
            foreach (var milestone in milestones.Upgrade)
            {
                Set(set, plan, milestone);
            }

            kind.AddConditions(set, spec, status);
        }

        if (status.RollbackPlan is { } rollback)
        {
            foreach (var milestone in milestones.Rollback)
            {
                Set(set, rollback, milestone);
            }

            foreach (var (type, phase) in
                milestones.UndoneBy.Where(u => rollback.Steps.Exists(s => s.Phase == u.Phase && PlanProgress.Begun(s))))
            {
                set.Set(type, status: false, Reasons.RollingBack, $"Undone by {phase}.");
            }
        }

        return set.Conditions;
    }

    private static void SetGeneral(ConditionSet set, RunStatus status, RunStatusSummary summary)
    {
        var ready = summary.Kind is RunOutcomeKind.PlanReady or RunOutcomeKind.Succeeded or RunOutcomeKind.RolledBack;
        var isUpgraded = summary.Kind == RunOutcomeKind.Succeeded || status.IsUpgraded();
        set.Set(ConditionTypes.Ready, ready, summary.Reason, summary.Message);
        set.Set(
            ConditionTypes.Reconciling, summary.Kind == RunOutcomeKind.Progressing, summary.Reason, summary.Message);
        set.Set(
            ConditionTypes.Stalled,
            summary.Kind == RunOutcomeKind.Stalled,
            summary.Reason,
            summary.Kind == RunOutcomeKind.Stalled ? summary.Message : "");
        set.Set(
            ConditionTypes.Planned,
            status.Plan is not null,
            status.Plan is null ? Reasons.NotYet : Reasons.PlanReady,
            status.Plan?.Hash ?? "No plan is stored yet.");
        set.Set(
            ConditionTypes.Held,
            summary.Held,
            summary.Held ? summary.Reason : Reasons.NotHeld,
            summary.Held ? summary.Message : "");
        set.Set(
            ConditionTypes.Succeeded,
            isUpgraded,
            summary.Kind == RunOutcomeKind.Succeeded
                ? summary.Reason
                : isUpgraded
                ? Reasons.Succeeded
                : summary.IsRolledBack
                ? Reasons.RolledBack
                : Reasons.NotYet,
            summary.Kind == RunOutcomeKind.Succeeded ? summary.Message : "");
        set.Set(
            ConditionTypes.Failed,
            summary.Failed,
            summary.Failed ? summary.Reason : Reasons.NotFailed,
            summary.Failed ? summary.Message : "");
        set.Set(
            ConditionTypes.RolledBack,
            summary.IsRolledBack,
            summary.IsRolledBack ? summary.Reason : status.RollbackPlan is null ? Reasons.NotYet : Reasons.RollingBack,
            summary.IsRolledBack ? summary.Message : "");
        set.Set(
            ConditionTypes.PreflightPassed,
            status.Plan is not null && status.Findings.Count == 0,
            status.Plan is not null ? Reasons.Done : Reasons.NotYet,
            "");
    }

    private static void Set(ConditionSet set, Plan plan, Milestone milestone)
    {
        if (milestone.Missed?.Invoke(plan) is var (why, what))
        {
            set.Set(milestone.Condition, status: false, why, what);
            return;
        }

        var steps = plan.Steps.Where(s => s.Phase == milestone.Phase).ToList();
        var done = steps.Count(s => s.State == StepState.Succeeded);
        var (reason, message) = steps.Count == 0
            ? (Reasons.NotNeeded, "The plan has no such phase.")
            : done == steps.Count
                ? (Reasons.Done, AcceptanceTexts.Overruled(steps))
                : (Reasons.NotYet, $"{done} of {steps.Count} steps are done.");
        set.Set(milestone.Condition, steps.Count > 0 && done == steps.Count, reason, message);
    }
}
