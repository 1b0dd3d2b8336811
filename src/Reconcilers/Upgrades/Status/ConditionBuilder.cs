namespace Drydock.Reconcilers.Upgrades;

/// <summary>The conditions of a run: those of kstatus, and one for each milestone of its kind. Pure.</summary>
internal static class ConditionBuilder
{
    public static List<Condition> Build(
        RunKind kind, RunObject entity, RunStatus status, RunOutcome summary, DateTimeOffset now)
    {
        var spec = entity.Spec;
        var set = new ConditionSet(status.Conditions, now, entity.Metadata.Generation);
        SetGeneral(set, status, summary);
        var milestones = kind.Report.Milestones(spec);
        if (status.Plan is { } plan)
        {
            foreach (var milestone in milestones.Upgrade)
            {
                Set(set, plan, milestone);
            }

            kind.Report.AddConditions(set, spec, status);
        }

        if (status.RollbackPlan is { } rollback)
        {
            foreach (var milestone in milestones.Rollback)
            {
                Set(set, rollback, milestone);
            }

            foreach (var (type, phase) in
                milestones.UndoneBy.Where(u => rollback.Steps.Exists(s => s.Phase == u.Phase && s.HasEverBegun)))
            {
                set.Set(type, status: false, Reasons.RollingBack, $"Undone by {phase}.");
            }
        }

        return set.Conditions;
    }

    private static void SetGeneral(ConditionSet set, RunStatus status, RunOutcome summary)
    {
        var ready = summary.State is RunState.PlanReady or RunState.Succeeded or RunState.RolledBack;
        var isRolledBack = summary.Phase == RunPhases.RolledBack;
        var isUpgraded = summary.State == RunState.Succeeded || status.IsUpgraded();
        var isPlanned = status.Plan is not null;
        set.Set(ConditionTypes.Ready, ready, summary.Reason, summary.Message);
        set.Set(ConditionTypes.Reconciling, summary.Progresses, summary.Reason, summary.Message);
        set.Set(ConditionTypes.Stalled, summary.IsStalled, summary.Reason, summary.IsStalled ? summary.Message : "");
        set.Set(
            ConditionTypes.Planned,
            isPlanned,
            isPlanned ? Reasons.PlanReady : Reasons.NotYet,
            status.Plan?.Hash ?? "No plan is stored yet.");
        Told(ConditionTypes.Held, summary.Held, Reasons.NotHeld);
        if (isUpgraded && summary.State != RunState.Succeeded)
        {
            set.Set(ConditionTypes.Succeeded, status: true, Reasons.Succeeded, "");
        }
        else
        {
            Told(ConditionTypes.Succeeded, isUpgraded, isRolledBack ? Reasons.RolledBack : Reasons.NotYet);
        }

        Told(ConditionTypes.Failed, summary.State == RunState.Failed, Reasons.NotFailed);
        Told(
            ConditionTypes.RolledBack,
            isRolledBack,
            status.RollbackPlan is null ? Reasons.NotYet : Reasons.RollingBack);
        var passed = isPlanned && status.Findings.Count == 0;
        set.Set(ConditionTypes.PreflightPassed, passed, isPlanned ? Reasons.Done : Reasons.NotYet, "");

        // Where it is true, it has the reason and the message of the whole.
        void Told(string type, bool isTrue, string otherwise) =>
            set.Set(type, isTrue, isTrue ? summary.Reason : otherwise, isTrue ? summary.Message : "");
    }

    private static void Set(ConditionSet set, PlanProgress plan, Milestone milestone)
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
