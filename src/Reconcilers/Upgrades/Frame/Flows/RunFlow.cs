namespace Drydock.Reconcilers.Upgrades;

/// <summary>Advances a run that has a plan, whichever plan is active: upgrade, rollback or cleanup. Decides when to
/// change from one to another. Level-based: after a crash at any point it makes the same decision again.</summary>
internal sealed class RunFlow(
    RunFrame frame, PlanFlow plans, RollbackFlow rollbacks, ParkedStateFlow parked)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly RunKind _kind = frame.Kind;

    /// <summary>Advances the run once.</summary>
    /// <param name="adjust">Changes the reported state; null for no change.</param>
    public async Task<RunStep> AdvanceAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        Func<RunStatusSummary, RunStatusSummary>? adjust,
        CancellationToken cancellationToken)
    {
        var now = frame.Now;
        (entity, var isCleaningUp) = await parked.RecordAsync(entity, session, cancellationToken);
        if (isCleaningUp)
        {
            return new RunStep(entity, false, LookAgain);
        }

        entity = await ApplyAbortAsync(entity, now, cancellationToken);
        if (entity.Status!.AbortedBy is not null && RunTokens.NewRetries(entity) is { Count: > 0 } retries)
        {
            return await ResumeAsync(entity, retries, now, cancellationToken);
        }

        return _kind.Plans.Active(entity.Status!) switch
        {
            PlanSlot.Cleanup => await CleanUpAsync(entity, session, accessKey, adjust, cancellationToken),
            PlanSlot.Rollback => await RollBackAsync(entity, session, accessKey, adjust, cancellationToken),
            _ => await UpgradeAsync(entity, session, accessKey, adjust, cancellationToken),
        };
    }

    /// <summary>The rollback of a run that succeeded, which desiredState requests: compiles it, unless an abort
    /// prevents it.</summary>
    public async Task<RunStep> RollBackAfterSuccessAsync(
        RunObject entity, RunSession session, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        entity = await ApplyAbortAsync(entity, now, cancellationToken);
        if (!RollbackDecision.IsHalted(entity.Spec, entity.Status))
        {
            return await rollbacks.BeginAsync(entity, session, RollbackCause.Request, cancellationToken);
        }

        if (RunTokens.NewRetries(entity) is { Count: > 0 } retries)
        {
            return AtOnce(
                await frame.WriteAsync(
                    entity, RunTokens.Resume(RunTokens.TakeUp(entity.Status!, retries, now)), cancellationToken));
        }

        return Waits(
            await frame.WriteAsync(entity, entity.Status!, Halted(entity), now, cancellationToken));
    }

    private async Task<RunStep> ResumeAsync(
        RunObject entity, IReadOnlyList<string> retries, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A token that finds failed steps is kept for them: the next advance uses it.
        var status = entity.Status!;
        var failing = _kind.Plans.Of(status, _kind.Plans.Active(status))!.Steps.Exists(
            s => s.State is StepState.Failed or StepState.Unknown);
        var undone = RollbackDecision.IsUndoneByAbort(entity.Spec, status)
            || (status.RollbackPlan is null && !_kind.Changed(status.Plan!));
        var resumed = RunTokens.Resume(undone || !failing ? RunTokens.TakeUp(status, retries, now) : status);
        return AtOnce(
            await frame.WriteAsync(
                entity, undone ? frame.Projection.NewAttempt(entity, resumed, now) : resumed, cancellationToken));
    }

    private async Task<RunStep> UpgradeAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        Func<RunStatusSummary, RunStatusSummary>? adjust,
        CancellationToken cancellationToken)
    {
        var cause = RollbackDecision.CauseOf(_kind, entity, frame.Now);
        if (cause != RollbackCause.None
            && !(cause == RollbackCause.Request && RollbackDecision.IsHalted(entity.Spec, entity.Status)))
        {
            return rollbacks.Refused(entity) is { } refused
                ? await RefuseRollbackAsync(entity, session, accessKey, refused, adjust, cancellationToken)
                : await StartRollbackAsync(entity, session, accessKey, cause, cancellationToken);
        }

        if (_kind.Redo is { } redo
            && entity.Status!.AbortedBy is null
            && redo.FindLost(entity.Status.Plan!) is { } lost
            && RunTokens.NewRetries(entity) is { Count: > 0 } retries)
        {
            return await RedoAsync(entity, redo, lost, retries, cancellationToken);
        }

        var late = PlanProgress.Begun(entity.Status!.Plan!)
            ? null
            : StartDeadline.Missed(entity.Spec.NotAfter, frame.Now);
        var (written, outcome) = await plans.AdvanceAsync(
            entity,
            PlanSlot.Upgrade,
            session,
            accessKey,
            Aborted(entity) ?? late,
            late is null ? adjust : TooLate,
            cancellationToken);
        return parked.AfterAdvance(
            Step(written, outcome) with { After = BeforeDeadline(written, outcome.RequeueAfter) }, outcome, session);

        // The message of an abort is kept: it also says how to resume the run.
        RunStatusSummary TooLate(RunStatusSummary summary)
        {
            var stays = entity.Status!.AbortedBy is null
                ? summary with { Kind = RunOutcomeKind.Stalled, Reason = Reasons.TooLate, Message = late! }
                : summary;
            return adjust is null ? stays : adjust(stays);
        }
    }

    // A run that waits to start reports it in time when the deadline has passed, and an automatic rollback that waits
    // for an acceptance starts in time.
    private TimeSpan? BeforeDeadline(RunObject entity, TimeSpan? after)
    {
        var (spec, plan) = (entity.Spec, entity.Status!.Plan!);
        var deadline = PlanProgress.Begun(plan) ? RollbackDecision.AcceptableUntil(_kind, spec, plan) : spec.NotAfter;
        if (deadline is not { } last)
        {
            return after;
        }

        var left = last - frame.Now + TimeSpan.FromSeconds(1);
        return left > TimeSpan.Zero && (after is null || left < after) ? left : after;
    }

    // Running steps finish first, so that the rollback covers them. Steps that only wait need not finish.
    private async Task<RunStep> StartRollbackAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        RollbackCause cause,
        CancellationToken cancellationToken)
    {
        var because = $"{RollbackMessages.Because(entity, cause)} Running steps finish first.";
        var (written, outcome) = await plans.AdvanceAsync(
            entity, PlanSlot.Upgrade, session, accessKey, because, Leaving, cancellationToken);
        if (outcome.State == RunState.Succeeded && cause != RollbackCause.Request)
        {
            return new RunStep(written, true, null);
        }

        return outcome.State is not (RunState.Stopped or RunState.Succeeded) && IsFinishing(written)
            ? new RunStep(written, false, outcome.RequeueAfter ?? LookAgain)
            : await rollbacks.BeginAsync(written, session, cause, cancellationToken);

        RunStatusSummary Leaving(RunStatusSummary summary) =>
            summary.Kind == RunOutcomeKind.Succeeded ? summary : summary with
            {
                Kind = RunOutcomeKind.Progressing,
                Failed = false,
                Reason = RollbackMessages.Reason(cause),
                Message = summary.Message == because ? because : $"{because} Under way: {summary.Message}",
            };
    }

    // A rollback is requested and never possible: nothing more is started while it is requested.
    private async Task<RunStep> RefuseRollbackAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        RunStatusSummary refused,
        Func<RunStatusSummary, RunStatusSummary>? adjust,
        CancellationToken cancellationToken)
    {
        var finishing = IsFinishing(entity);
        var (written, outcome) = await plans.AdvanceAsync(
            entity, PlanSlot.Upgrade, session, accessKey, refused.Message, Staying, cancellationToken);
        if (outcome.State == RunState.Succeeded)
        {
            return new RunStep(written, true, null);
        }

        if (outcome.State != RunState.Stopped && IsFinishing(written))
        {
            return new RunStep(written, false, outcome.RequeueAfter ?? LookAgain);
        }

        written = await frame.WriteAsync(
            written, written.Status!, adjust is null ? refused : adjust(refused), frame.Now, cancellationToken);
        return parked.AfterAdvance(new RunStep(written, false, outcome.RequeueAfter), outcome, session);

        RunStatusSummary Staying(RunStatusSummary summary)
        {
            var stays = summary.Kind == RunOutcomeKind.Succeeded ? summary
                : finishing ? summary with
                {
                    Kind = RunOutcomeKind.Progressing,
                    Failed = false,
                    Reason = Reasons.RollingBack,
                    Message = Sentences.Join(refused.Message, "Running steps finish first.", summary.Message),
                }
                : refused;
            return adjust is null ? stays : adjust(stays);
        }
    }

    private bool IsFinishing(RunObject entity) =>
        entity.Status!.Plan!.Steps.Exists(s => s.State == StepState.Running && !_kind.OnlyWaits(s));

    private async Task<RunStep> RedoAsync(
        RunObject entity,
        IRunRedo redo,
        string lost,
        IReadOnlyList<string> retries,
        CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var plan = redo.Compile(entity.Spec, entity.Status!.Plan!) with { CompiledAt = now };
        var summary = new RunStatusSummary(
            RunOutcomeKind.Progressing, redo.Phase, Reasons.Running, redo.Describe(lost, plan))
        {
            Step = plan.Steps.Find(s => s.State != StepState.Succeeded)?.Id,
        };
        var taken = RunTokens.TakeUp(entity.Status, retries, now) with
        {
            Plan = plan,
        };
        return AtOnce(await frame.WriteAsync(entity, taken, summary, now, cancellationToken));
    }

    private async Task<RunStep> RollBackAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        Func<RunStatusSummary, RunStatusSummary>? adjust,
        CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var before = entity.Status!;
        var plan = before.RollbackPlan!;
        if (PlanProgress.Done(plan))
        {
            var over = frame.Projection.Over(entity, before, PlanSlot.Rollback, plan, now, adjust);
            return new RunStep(await frame.WriteAsync(entity, over, cancellationToken), true, null);
        }

        if (!PlanProgress.Begun(plan))
        {
            if (RollbackDecision.CauseOf(_kind, entity, frame.Now) == RollbackCause.None)
            {
                // No longer requested: as if it had not been compiled.
                var dropped = new RunStatusSummary(
                    RunOutcomeKind.Progressing,
                    RunPhases.RollingBack,
                    Reasons.Running,
                    "The rollback was cancelled before it started. The upgrade is unchanged.");
                return AtOnce(
                    await frame.WriteAsync(
                        entity, before with { RollbackPlan = null }, dropped, now, cancellationToken));
            }

            if (RollbackDecision.IsOnlyShown(entity.Spec, entity.Metadata))
            {
                var shown = new RunStatusSummary(
                    RunOutcomeKind.PlanReady,
                    RunPhases.RollingBack,
                    Reasons.PlanReady,
                    $"The rollback plan ({plan.Hash}, {plan.Steps.Count} steps) is in status.rollbackPlan. Nothing is "
                    + $"changed. Set spec.mode: Apply to run it. To discard it, {RollbackMessages.ToCancel(entity)}.");
                return Waits(await frame.WriteAsync(entity, before, shown, now, cancellationToken));
            }
        }

        var stopped = RollbackDecision.IsStopped(_kind, entity) ? Aborted(entity) : null;
        var (written, outcome) = await plans.AdvanceAsync(
            entity, PlanSlot.Rollback, session, accessKey, stopped, Adjust, cancellationToken);
        return parked.AfterAdvance(Step(written, outcome), outcome, session);

        RunStatusSummary Adjust(RunStatusSummary summary)
        {
            var ignored = PlanProgress.Begun(plan)
                && RollbackDecision.CauseOf(_kind, entity, frame.Now) == RollbackCause.None
                && summary.Kind != RunOutcomeKind.RolledBack
                ? summary with
                {
                    Message = Sentences.Join(
                        summary.Message,
                        "The rollback has started and must finish: desiredState: Upgraded is ignored until then."),
                }
                : summary;
            return adjust is null ? ignored : adjust(ignored);
        }
    }

    private async Task<RunStep> CleanUpAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        Func<RunStatusSummary, RunStatusSummary>? adjust,
        CancellationToken cancellationToken)
    {
        var (written, outcome) = await plans.AdvanceAsync(
            entity, PlanSlot.Cleanup, session, accessKey, Aborted(entity), adjust, cancellationToken);
        return Step(written, outcome);
    }

    // An abort stops the run that is requested when the abort is seen.
    private async Task<RunObject> ApplyAbortAsync(
        RunObject entity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (RunTokens.NewAbort(entity) is { } token)
        {
            return await frame.WriteAsync(
                entity, RunTokens.Abort(entity.Spec, entity.Status!, token, now), cancellationToken);
        }

        // The rollback is no longer requested; if it is requested again, it runs.
        return entity.Status!.AbortedRollback is not null && entity.Spec.DesiredState == DesiredState.Upgraded
            ? await frame.WriteAsync(entity, entity.Status with { AbortedRollback = null }, cancellationToken)
            : entity;
    }

    private static RunStatusSummary Halted(RunObject entity) => new(
        RunOutcomeKind.Stalled,
        RunPhases.Failed,
        Reasons.Aborted,
        $"The run was aborted by {Annotations.Abort}={entity.Status!.AbortedBy} before the rollback started. "
        + $"The new version runs. Set a new spec.retry or {Annotations.Retry}=<token> to start the rollback. "
        + $"To cancel it, {RollbackMessages.ToCancel(entity)}.")
    { Failed = true };

    private static string? Aborted(RunObject entity) => entity.Status!.AbortedBy is { } token
        ? $"The run was aborted by {Annotations.Abort}={token}. Running steps have finished and nothing more is "
            + "started."
        : null;

    private static RunStep Step(RunObject entity, RunOutcome outcome) =>
        new(entity, outcome.State == RunState.Succeeded, outcome.RequeueAfter);

    private static RunStep AtOnce(RunObject entity) => new(entity, false, TimeSpan.FromMilliseconds(1));

    private static RunStep Waits(RunObject entity) => new(entity, false, null);
}

/// <summary>The result of one advance of a run.</summary>
/// <param name="Entity">The object as stored.</param>
/// <param name="IsOver">Whether the upgrade, its cleanup or its rollback has finished.</param>
/// <param name="After">When to reconcile again without an event; null leaves it to events.</param>
internal sealed record RunStep(RunObject Entity, bool IsOver, TimeSpan? After);
