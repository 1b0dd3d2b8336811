namespace Drydock.Reconcilers.Upgrades;

/// <summary>Derives the state of a run from its active plan and the outcome of an advance. Pure.</summary>
internal sealed class SummaryReader(
    RunKind kind, RunObject entity, RunStatus status, PlanKind slot, PlanProgress plan, RunOutcome outcome)
{
    private const int NamedSteps = 5;
    private const string NothingMore = "Nothing more is started; see status.nextAction.";
    private const string ReadAgain =
        "It is read again automatically and the run continues once it can be read; a retry reads it at once.";

    private readonly bool _isRollback = slot == PlanKind.Rollback;

    public RunOutcome Read()
    {
        var phase = slot switch
        {
            PlanKind.Rollback => RunPhases.RollingBack,
            PlanKind.Cleanup => RunPhases.Succeeded,
            _ => outcome.Phase.Length > 0 ? outcome.Phase : RunPhases.Succeeded,
        };
        var running = plan.Steps.FindAll(s => s.State == StepState.Running);
        var steps = kind.Steps(entity.Spec);
        var asking = outcome.State == RunState.Working
            ? running.Find(s => steps.Of(s).HeldBy is not null)
            : null;
        var heldBy = asking is null ? null : steps.Of(asking).HeldBy;
        var at = outcome with { Phase = phase };
        return outcome.State switch
        {
            RunState.Succeeded => _isRollback ? RolledBack() : Succeeded(),
            RunState.Working => at with
            {
                Reason = heldBy ?? (_isRollback ? Reasons.RollingBack : Reasons.Running),
                Message = asking?.Message is { } what ? Sentences.Close(what) : at.Message,
                StepId = Sentences.List([.. running.Select(s => s.Id)], NamedSteps),
                Held = heldBy is not null,
            },
            RunState.Held => at with { Reason = Reasons.Held, Held = true },
            RunState.OutsideWindow => at with { Reason = Reasons.OutsideWindow },
            RunState.Paused => at with { Reason = Reasons.Paused },
            RunState.Stopped when status.AbortedBy is not null => Aborted(at),
            RunState.Stopped => at with { Reason = _isRollback ? Reasons.RollingBack : Reasons.Undoing },
            RunState.Failed => at with
            {
                State = slot == PlanKind.Cleanup ? RunState.Stalled : RunState.Failed,
                Phase = slot == PlanKind.Cleanup ? RunPhases.Succeeded : RunPhases.Failed,
                Reason = _isRollback ? Reasons.RollbackFailed : outcome.Reason,
                Message = Failure(),
                Held = slot == PlanKind.Upgrade
                    && RollbackDecision.AcceptableUntil(kind, entity.Spec, plan) is not null,
            },
            RunState.OutcomeUnknown or RunState.TargetChanged when IsLost() => at with
            {
                // Nothing will be read that says more: a script that waits for the end must hear of it.
                State = RunState.Failed,
                Phase = RunPhases.Failed,
                Message = Remedy(),
            },
            _ => at with { Message = Remedy() },
        };
    }

    private bool IsLost() => outcome.State == RunState.TargetChanged
        ? plan.Guards.Exists(g => g.Record.Open is { RestoreFirst: true })
        : plan.Step(outcome.StepId ?? "") is { } step && RunPlans.IsOutcomeUnknown(step);

    private RunOutcome Succeeded() => new(
        RunState.Succeeded,
        RunPhases.Succeeded,
        status.ActionRequired.Count > 0 ? Reasons.SucceededWithActions : Reasons.Succeeded,
        Sentences.Join($"All {status.Plan!.Steps.Count} steps succeeded{kind.Report.Success(status)}", Actions()));

    // According to the current spec: the requested state is reached, or the upgrade failed and was rolled back
    // automatically.
    private RunOutcome RolledBack()
    {
        var steps = status.RollbackPlan!.Steps.Count;
        var done = steps == 0
            ? "Nothing was changed, so nothing was rolled back."
            : $"The former version runs again; {Sentences.Count(steps, "step", "steps")} rolled the upgrade back.";
        if (entity.Spec.DesiredState == DesiredState.RolledBack)
        {
            return new RunOutcome(
                RunState.RolledBack,
                RunPhases.RolledBack,
                Reasons.RolledBack,
                Sentences.Join(done, Actions()));
        }

        if (status.AbortedBy is { } token)
        {
            var before = kind.Steps(entity.Spec).IsPastUndo(status.Plan!) ? "" : $" before {kind.Names.BeforeUndoEnds}";
            var message = $"The run was aborted by {Annotations.Abort}={token}{before}. All changes are undone.";
            return new RunOutcome(
                RunState.Failed, RunPhases.RolledBack, Reasons.Aborted, message);
        }

        var failed = status.Plan?.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown);
        return new RunOutcome(
            RunState.Failed,
            RunPhases.RolledBack,
            failed is null ? Reasons.RolledBack : Reasons.RolledBackAfterFailure,
            failed is null
                ? Sentences.Join(done, Actions(), "spec.desiredState is Upgraded, but the former version runs.")
                : Sentences.Join($"{failed.Id} failed: {failed.Message}", done, Actions()),
            failed?.Id);
    }

    private RunOutcome Aborted(RunOutcome at)
    {
        var failed = plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step
            ? $"{step.Id} had failed: {step.Message}"
            : null;
        var next = entity.Spec.DesiredState != DesiredState.RolledBack && !_isRollback
            && kind.Rollback.Refusal(entity.Spec, plan) is { } refusal
                ? $"A rollback is not possible: {refusal}"
                : null;
        return at with
        {
            State = RunState.Failed,
            Phase = RunPhases.Failed,
            Reason = Reasons.Aborted,
            Message = Sentences.Join(outcome.Message, failed, next),
        };
    }

    private string Failure() => Sentences.Join(
        _isRollback ? $"The rollback stopped ({outcome.Reason}): {outcome.Message}" : outcome.Message,
        plan.Step(outcome.StepId ?? "")?.Record.OutputRef is { } secret
            ? $"More of it is in Secret {secret}."
            : null,
        outcome.RetryRefused is { } why ? $"The retry was refused: {why}" : null,
        _isRollback ? "Everything is kept." : null,
        NothingMore,
        IdlePolicy());

    // A policy that is not applied is reported.
    private string? IdlePolicy()
    {
        if (slot != PlanKind.Upgrade)
        {
            return null;
        }

        var spec = entity.Spec;
        var automatic = spec.RollbackPolicy == RollbackPolicy.OnFailure;
        if (kind.Rollback.Refusal(spec, plan) is { } refusal)
        {
            return automatic
                ? "spec.rollbackPolicy: OnFailure has no effect here, because a rollback is not possible: "
                    + Sentences.Open(refusal)
                : null;
        }

        if (RollbackDecision.AcceptableUntil(kind, spec, plan) is { } until)
        {
            return $"Without an acceptance the rollback starts automatically at {until.UtcDateTime:u} "
                + "(rollbackPolicy: OnFailure).";
        }

        return automatic && kind.Rollback.HasNewData(plan)
            ? "spec.rollbackPolicy: OnFailure no longer rolls back automatically, because new data may have been "
                + "written."
            : null;
    }

    private string Remedy()
    {
        var isUnread = outcome.State == RunState.OutcomeUnknown
            && plan.Step(outcome.StepId ?? "")?.State == StepState.Unknown;
        return kind.Redo?.FindLost(plan) is not null ? Sentences.Join(outcome.Message, NothingMore)
            : isUnread ? Sentences.Join(outcome.Message, "Nothing more is started.", ReadAgain)
            : outcome.Message;
    }

    private string? Actions() => status.ActionRequired.Count is var things and > 0
        ? $"{Sentences.Count(things, "thing is", "things are")} left to do (status.actionRequired)."
        : null;
}
