namespace Drydock.Reconcilers.Upgrades;

/// <summary>Derives the state of a run from its active plan and the outcome of an advance. Pure.</summary>
internal sealed class SummaryReader(RunKind kind)
{
    private const int NamedSteps = 5;
    private const string NewToken = $"a new spec.retry or {Annotations.Retry}=<token>";
    private const string ReadAgain =
        "It is read again automatically and the run continues once it can be read; a new retry token reads it at once.";

    public RunStatusSummary Read(RunObject entity, RunStatus status, PlanSlot slot, Plan plan, RunOutcome outcome)
    {
        var rollback = slot == PlanSlot.Rollback;
        var phase = slot switch
        {
            PlanSlot.Rollback => RunPhases.RollingBack,
            PlanSlot.Cleanup => RunPhases.Succeeded,
            _ =>
                plan.Step(outcome.StepId ?? "")?.Phase
                    ?? plan.Steps.Find(s => s.State != StepState.Succeeded)?.Phase
                    ?? RunPhases.Succeeded,
        };
        var running = plan.Steps.FindAll(s => s.State == StepState.Running);
        var heldBy = outcome.State == RunState.Working
            ? running.Select(kind.HeldBy).FirstOrDefault(reason => reason is not null)
            : null;
        var at = new RunStatusSummary(RunOutcomeKind.Progressing, phase, outcome.Reason, outcome.Message)
        {
            Step = outcome.StepId,
        };
        return outcome.State switch
        {
            RunState.Succeeded => rollback ? RolledBack(entity, status) : Succeeded(status),
            RunState.Working => at with
            {
                Reason = heldBy ?? (rollback ? Reasons.RollingBack : Reasons.Running),
                Step = Sentences.List([.. running.Select(s => s.Id)], NamedSteps),
                Held = heldBy is not null,
            },
            RunState.Held => at with { Reason = Reasons.Held, Held = true, Holds = outcome.Holds },
            RunState.OutsideWindow => at with { Reason = Reasons.OutsideWindow },
            RunState.Paused => at with { Reason = Reasons.Paused },
            RunState.Stopped when status.AbortedBy is not null => Aborted(entity, at, plan, outcome, rollback),
            RunState.Stopped => at with { Reason = rollback ? Reasons.RollingBack : Reasons.Undoing },
            RunState.Failed => at with
            {
                Kind = RunOutcomeKind.Stalled,
                Phase = slot == PlanSlot.Cleanup ? RunPhases.Succeeded : RunPhases.Failed,
                Reason = rollback ? Reasons.RollbackFailed : outcome.Reason,
                Message = Failure(entity, status, plan, outcome, slot),
                Failed = slot != PlanSlot.Cleanup,
                Held = slot == PlanSlot.Upgrade
                    && RollbackDecision.AcceptableUntil(kind, entity.Spec, plan) is not null,
            },
            RunState.OutcomeUnknown or RunState.TargetChanged when IsLost(plan, outcome) => at with
            {
                // Nothing will be read that says more: a script that waits for the end must hear of it.
                Kind = RunOutcomeKind.Stalled,
                Phase = RunPhases.Failed,
                Message = Remedy(entity, status, plan, outcome),
                Failed = true,
            },
            _ => at with { Kind = RunOutcomeKind.Stalled, Message = Remedy(entity, status, plan, outcome) },
        };
    }

    private static bool IsLost(Plan plan, RunOutcome outcome) => outcome.State == RunState.TargetChanged
        ? plan.Guards.Exists(g => g.Open() is { RestoreFirst: true })
        : plan.Step(outcome.StepId ?? "") is { } step && PlanProgress.IsOutcomeUnknown(step);

    private RunStatusSummary Succeeded(RunStatus status) => new(
        RunOutcomeKind.Succeeded,
        RunPhases.Succeeded,
        status.ActionRequired.Count > 0 ? Reasons.SucceededWithActions : Reasons.Succeeded,
        Sentences.Join(
            $"All {Number(status.Plan!.Steps.Count)} steps succeeded{kind.Success(status)}", Actions(status)));

    // According to the current spec: the requested state is reached, or the upgrade failed and was rolled back
    // automatically.
    private RunStatusSummary RolledBack(RunObject entity, RunStatus status)
    {
        var plan = status.RollbackPlan!;
        var phase = RunPhases.RolledBack;
        var done = plan.Steps.Count == 0
            ? "Nothing was changed, so nothing was rolled back."
            : $"The former version runs again; {Number(plan.Steps.Count)} steps rolled the upgrade back.";
        var actions = Actions(status);
        if (entity.Spec.DesiredState == DesiredState.RolledBack)
        {
            var next = RollbackMessages.ToTryAgain(entity);
            return new RunStatusSummary(
                RunOutcomeKind.RolledBack, phase, Reasons.RolledBack, Sentences.Join(done, actions, next))
            {
                IsRolledBack = true,
            };
        }

        if (status.AbortedBy is { } token)
        {
            var message = $"The run was aborted by {Annotations.Abort}={token} before {kind.BeforeUndoEnds}. "
                + $"All changes are undone. Set {NewToken} to restart from preflight.";
            return new RunStatusSummary(RunOutcomeKind.Stalled, RunPhases.Failed, Reasons.Aborted, message)
            {
                Failed = true,
            };
        }

        var failed = status.Plan?.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown);
        var restart = $"Set {NewToken} to restart from preflight.";
        return failed is null
            ? new RunStatusSummary(
                RunOutcomeKind.Stalled,
                phase,
                Reasons.RolledBack,
                Sentences.Join(
                    done, actions, "spec.desiredState is Upgraded, but the former version runs.", restart))
            {
                IsRolledBack = true,
                Failed = true,
            }
            : new RunStatusSummary(
                RunOutcomeKind.Stalled,
                phase,
                Reasons.RolledBackAfterFailure,
                Sentences.Join($"{failed.Id} failed: {failed.Message}", done, actions, restart))
            {
                IsRolledBack = true,
                Failed = true,
                Step = failed.Id,
            };
    }

    private RunStatusSummary Aborted(
        RunObject entity, RunStatusSummary at, Plan plan, RunOutcome outcome, bool rollback)
    {
        var failed = plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step
            ? $"{step.Id} had failed: {step.Message}"
            : null;
        var next = entity.Spec.DesiredState == DesiredState.RolledBack ? $"Set {NewToken} to continue the rollback."
            : !rollback && kind.RollbackRefusal(entity.Spec, plan) is { } refusal
                ? $"Set {NewToken} to continue. A rollback is not possible: {refusal}"
                : $"Set {NewToken} to continue, or spec.desiredState: RolledBack to roll back.";
        return at with
        {
            Kind = RunOutcomeKind.Stalled,
            Phase = RunPhases.Failed,
            Reason = Reasons.Aborted,
            Message = Sentences.Join(outcome.Message, failed, next),
            Failed = true,
        };
    }

    private string Failure(RunObject entity, RunStatus status, Plan plan, RunOutcome outcome, PlanSlot slot)
    {
        var rollback = slot == PlanSlot.Rollback;
        var output = plan.Step(outcome.StepId ?? "")?.OutputRef is { } secret
            ? $"The end of its output is in Secret {secret}."
            : null;
        return Sentences.Join(
            rollback ? $"The rollback stopped ({outcome.Reason}): {outcome.Message}" : outcome.Message,
            output,
            outcome.RetryRefused is { } why ? $"The retry was refused: {why}" : null,
            IgnoredAcceptance(status, plan),
            rollback ? "Everything is kept and nothing more is started." : "Nothing more is started.",
            kind.Redo is { } redo && redo.FindLost(plan) is not null
                ? redo.Remedy
                : $"Repair the cause, then set {NewToken}{(rollback ? " to continue the rollback" : "")}.",
            AcceptanceTexts.HowTo(kind, entity, status, plan),
            IdlePolicy(entity.Spec, status, plan, slot));
    }

    // The answer to the last acceptance, if it was given after the failure.
    private static string? IgnoredAcceptance(RunStatus status, Plan plan) =>
        status.Acceptances.LastOrDefault() is { Accepted: false, At: { } at } last
            && (plan.Steps.Exists(s => s is { State: StepState.Failed, FinishedAt: { } failed } && failed <= at)
                || plan.Guards.Exists(g => g.Open()?.From <= at))
            ? $"The acceptance '{last.Token}' was ignored. {last.Message}"
            : null;

    // A policy that is not applied is reported, and what a rollback would lose once new data was written.
    private string? IdlePolicy(RunSpec spec, RunStatus status, Plan plan, PlanSlot slot)
    {
        if (slot != PlanSlot.Upgrade)
        {
            return null;
        }

        var automatic = spec.RollbackPolicy == RollbackPolicy.OnFailure;
        if (kind.RollbackRefusal(spec, plan) is { } refusal)
        {
            return automatic
                ? "spec.rollbackPolicy: OnFailure has no effect here, because a rollback is not possible: "
                    + Sentences.Open(refusal)
                : null;
        }

        if (RollbackDecision.AcceptableUntil(kind, spec, plan) is { } until)
        {
            return $"Without an acceptance the rollback starts automatically at {until.UtcDateTime:u} "
                + $"(rollbackPolicy: OnFailure, acceptWithin: {KubernetesDuration.Format(kind.AcceptWithin(spec))}).";
        }

        return kind.HasNewData(plan)
            ? Sentences.Join(
                automatic
                    ? "spec.rollbackPolicy: OnFailure no longer rolls back automatically, because new data may have "
                        + "been written."
                    : null,
                kind.RollbackCost(spec, status) is { } cost ? $"What a rollback would cost: {cost}" : null)
            : null;
    }

    private string Remedy(RunObject entity, RunStatus status, Plan plan, RunOutcome outcome)
    {
        if (outcome.State == RunState.TargetChanged)
        {
            var restores = kind.Redo is { } redone && redone.FindLost(plan) is not null ? redone.Remedy : null;
            return Sentences.Join(
                outcome.Message,
                restores,
                IgnoredAcceptance(status, plan),
                AcceptanceTexts.HowTo(kind, entity, status, plan));
        }

        var remedy = outcome.State != RunState.OutcomeUnknown ? null
            : kind.Redo is { } redo && redo.FindLost(plan) is not null ? redo.Remedy
            : plan.Step(outcome.StepId ?? "")?.State == StepState.Unknown ? ReadAgain
            : null;
        return remedy is null
            ? outcome.Message
            : Sentences.Join(outcome.Message, "Nothing more is started.", remedy);
    }

    private static string? Actions(RunStatus status) => status.ActionRequired.Count > 0
        ? $"Follow-up actions in status.actionRequired: {Number(status.ActionRequired.Count)}."
        : null;

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
