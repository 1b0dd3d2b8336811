namespace Drydock.Reconcilers.Upgrades;

/// <summary>Advances a run that has a plan, whichever plan is active: upgrade, rollback or cleanup. Decides when to
/// change from one to another. Level-based: after a crash at any point it makes the same decision again.</summary>
internal sealed class RunFlow(RunFrame frame, PlanFlow plans, RollbackFlow rollbacks, ParkedStateFlow parked)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClaimInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BlockerInterval = TimeSpan.FromSeconds(30);
    private readonly RunKind _kind = frame.Kind;

    /// <summary>Whether the target is still claimed for this object, which a process asks that takes over its
    /// run.</summary>
    /// <returns>When to ask again if another object has the claim, so that nothing may be started or undone; null if
    /// this object has it.</returns>
    public async Task<TimeSpan?> ReclaimAsync(RunReconcile run)
    {
        var target = ClaimTarget.Of(run.Status.Target)!;
        if (await frame.Services.Claims.ClaimAsync(
            target, run.Entity.Entity, run.Spec.AdoptTarget, keep: true, run.CancellationToken) is not { } holder)
        {
            return null;
        }

        var lost = holder.IsGone
            ? RunMessages.HolderGone(target.Identity, holder)
            : RunMessages.ClaimLost(holder, run.IsDeleted);
        await run.StalledAsync(holder.IsGone ? Reasons.HolderGone : Reasons.TargetClaimLost, lost);
        return ClaimInterval;
    }

    /// <summary>Whether something keeps this process from continuing the upgrade; asked until nothing does.</summary>
    /// <returns>Null if the plan may be continued, or is not that of the upgrade.</returns>
    public async Task<RunStep?> FindBlockerAsync(RunReconcile run)
    {
        var session = run.Session;
        if (session.HasNoBlocker || _kind.Plans.Active(run.Status) != PlanSlot.Upgrade)
        {
            return null;
        }

        session.BlockerLook ??= run.BesideAsync(
            _kind.PreflightTimeout(run.Spec),
            (targets, token) => targets.FindBlockerAsync(token),
            (targets, exception) => Unread(targets, "this operator may continue the run", exception));
        if (!session.BlockerLook.IsCompleted)
        {
            return RunStep.Waits;
        }

        var blocker = await session.BlockerLook;
        session.BlockerLook = null;
        if (blocker is not null)
        {
            await run.StalledAsync(blocker.Reason, blocker.Message);
            return new RunStep(false, BlockerInterval);
        }

        session.HasNoBlocker = true;
        return null;
    }

    public async Task<RunStep> AdvanceAsync(RunReconcile run)
    {
        if (await parked.IsUnderWayAsync(run))
        {
            return new RunStep(false, LookAgain);
        }

        await ApplyAbortAsync(run);
        return run.Status.AbortedBy is not null && RunTokens.NewRetries(run.Entity) is { Count: > 0 } retries
            ? await ResumeAsync(run, retries)
            : _kind.Plans.Active(run.Status) switch
            {
                PlanSlot.Cleanup => Step(await plans.AdvanceAsync(run, PlanSlot.Cleanup, Aborted(run), run.Adjust)),
                PlanSlot.Rollback => await RollBackAsync(run),
                _ => await UpgradeAsync(run),
            };
    }

    /// <summary>The rollback of a run that succeeded, which desiredState requests: compiles it, unless an abort
    /// prevents it.</summary>
    public async Task<RunStep> RollBackAfterSuccessAsync(RunReconcile run)
    {
        await ApplyAbortAsync(run);
        if (!RollbackDecision.IsHalted(run.Spec, run.Status))
        {
            return await rollbacks.BeginAsync(run, RollbackCause.Request);
        }

        if (RunTokens.NewRetries(run.Entity) is { Count: > 0 } retries)
        {
            await run.WriteAsync(RunTokens.Resume(RunTokens.TakeUp(run.Status, retries, frame.Now)));
            return RunStep.AtOnce;
        }

        var halted = new RunStatusSummary(
            RunOutcomeKind.Stalled,
            RunPhases.Failed,
            Reasons.Aborted,
            $"The run was aborted by {Annotations.Abort}={run.Status.AbortedBy} before the rollback started. "
            + $"The new version runs. Set {RunMessages.Retry} to start the rollback. "
            + $"To cancel it, {RunMessages.ToCancel(run.Entity)}.",
            Failed: true);
        await run.WriteAsync(run.Status, halted);
        return RunStep.Waits;
    }

    private async Task<RunStep> ResumeAsync(RunReconcile run, IReadOnlyList<string> retries)
    {
        // A token that finds failed steps is kept for them: the next advance uses it.
        var (status, now) = (run.Status, frame.Now);
        var failing = _kind.Plans.Of(status, _kind.Plans.Active(status))!.Steps.Exists(
            s => s.State is StepState.Failed or StepState.Unknown);
        var undone = RollbackDecision.IsUndoneByAbort(run.Spec, status)
            || (status.RollbackPlan is null && !_kind.Changed(status.Plan!));
        var resumed = RunTokens.Resume(undone || !failing ? RunTokens.TakeUp(status, retries, now) : status);
        await run.WriteAsync(undone ? frame.Projection.NewAttempt(run.Entity, resumed, now) : resumed);
        return RunStep.AtOnce;
    }

    private async Task<RunStep> UpgradeAsync(RunReconcile run)
    {
        var cause = RollbackDecision.CauseOf(_kind, run.Entity, frame.Now);
        if (cause != RollbackCause.None
            && !(cause == RollbackCause.Request && RollbackDecision.IsHalted(run.Spec, run.Status)))
        {
            return rollbacks.Refused(run.Entity) is { } refused
                ? await RefuseRollbackAsync(run, refused)
                : await StartRollbackAsync(run, cause);
        }

        run.Session.RollbackLook = null;
        if (_kind.Redo is { } redo
            && run.Status.AbortedBy is null
            && redo.FindLost(run.Status.Plan!) is { } lost
            && RunTokens.NewRetries(run.Entity) is { Count: > 0 } retries)
        {
            return await FindOutdatedAsync(run) ?? await RedoAsync(run, redo, lost, retries);
        }

        var late = run.Status.Plan!.HasEverBegun
            ? null
            : frame.Due.RefuseStart(run.Spec.NotAfter);

        // The message of an abort is kept: it also says how to resume the run.
        var outcome = await plans.AdvanceAsync(
            run,
            PlanSlot.Upgrade,
            Aborted(run) ?? late?.Message,
            summary => run.Adjust(late is not null && run.Status.AbortedBy is null
                ? summary with { Kind = RunOutcomeKind.Stalled, Reason = late.Reason, Message = late.Message }
                : summary));
        var again = late?.Reason == Reasons.ClockSkew ? DueTime.Interval : BeforeDeadline(run, outcome.RequeueAfter);
        return parked.AfterAdvance(run, Step(outcome) with { After = again }, outcome);
    }

    // A run that waits to start reports it in time when the deadline has passed, and an automatic rollback that waits
    // for an acceptance starts in time.
    private TimeSpan? BeforeDeadline(RunReconcile run, TimeSpan? after)
    {
        var (spec, plan) = (run.Spec, run.Status.Plan!);
        var deadline = plan.HasEverBegun ? RollbackDecision.AcceptableUntil(_kind, spec, plan) : spec.NotAfter;
        var left = deadline - frame.Now + TimeSpan.FromSeconds(1);
        return left > TimeSpan.Zero && (after is null || left < after) ? left : after;
    }

    // Running steps finish first, so that the rollback covers them. Steps that only wait need not finish.
    private async Task<RunStep> StartRollbackAsync(RunReconcile run, RollbackCause cause)
    {
        if (run.Session.RollbackLook is not null && !IsFinishing(run))
        {
            // What was reported stays until the targets were read.
            return await rollbacks.BeginAsync(run, cause);
        }

        var because = $"{RunMessages.Because(run.Entity, cause)} "
            + (IsFinishing(run) ? "Running steps finish first." : "What runs on the targets is read first.");
        var outcome = await plans.AdvanceAsync(run, PlanSlot.Upgrade, because, Leaving);
        if (outcome.State == RunState.Succeeded && cause != RollbackCause.Request)
        {
            return new RunStep(true, null);
        }

        return outcome.State is not (RunState.Stopped or RunState.Succeeded) && IsFinishing(run)
            ? new RunStep(false, outcome.RequeueAfter ?? LookAgain)
            : await rollbacks.BeginAsync(run, cause);

        RunStatusSummary Leaving(RunStatusSummary summary) =>
            summary.Kind == RunOutcomeKind.Succeeded ? summary : summary with
            {
                Kind = RunOutcomeKind.Progressing,
                Failed = false,
                Reason = RunMessages.Reason(cause),
                Message = summary.Message == because ? because : $"{because} Under way: {summary.Message}",
            };
    }

    // A rollback is requested and never possible: nothing more is started while it is requested.
    private async Task<RunStep> RefuseRollbackAsync(RunReconcile run, RunStatusSummary refused)
    {
        var finishing = IsFinishing(run);
        var outcome = await plans.AdvanceAsync(run, PlanSlot.Upgrade, refused.Message, Staying);
        if (outcome.State == RunState.Succeeded)
        {
            return new RunStep(true, null);
        }

        if (outcome.State != RunState.Stopped && IsFinishing(run))
        {
            return new RunStep(false, outcome.RequeueAfter ?? LookAgain);
        }

        await run.WriteAsync(run.Status, run.Adjust(refused));
        return parked.AfterAdvance(run, new RunStep(false, outcome.RequeueAfter), outcome);

        RunStatusSummary Staying(RunStatusSummary summary) => run.Adjust(
            summary.Kind == RunOutcomeKind.Succeeded ? summary
            : finishing ? summary with
            {
                Kind = RunOutcomeKind.Progressing,
                Failed = false,
                Reason = Reasons.RollingBack,
                Message = Sentences.Join(refused.Message, "Running steps finish first.", summary.Message),
            }
            : refused);
    }

    private bool IsFinishing(RunReconcile run) =>
        run.Status.Plan!.Steps.Exists(s => s.State == StepState.Running && !_kind.OnlyWaits(s));

    // A word may have been used before, and the status be older than that: the targets are asked before anything is
    // stopped, for the object as it is now.
    private async Task<RunStep?> FindOutdatedAsync(RunReconcile run)
    {
        var (session, version, plan) = (run.Session, run.Metadata.ResourceVersion, run.Status.Plan!);
        if (session.Outdated.Version != version)
        {
            session.Outdated = (version, run.BesideAsync(
                _kind.PreflightTimeout(run.Spec),
                (targets, token) => targets.FindOutdatedAsync(plan, isRedo: true, token),
                (targets, exception) => Unread(targets, "the targets have gone further than the status", exception)));
        }

        if (!session.Outdated.Look.IsCompleted)
        {
            return RunStep.Waits;
        }

        var blocker = await session.Outdated.Look;
        session.Outdated = default;
        if (blocker is not null)
        {
            await run.StalledAsync(blocker.Reason, blocker.Message);
        }

        return blocker is null ? null : new RunStep(false, BlockerInterval);
    }

    private static Blocker Unread(IRunTargets targets, string whether, Exception exception) => new(
        Reasons.StepTimeout,
        $"Whether {whether} could not be read: "
        + $"{Sentences.Close(targets.Redact(exception.Message))} It is read again automatically.");

    private async Task<RunStep> RedoAsync(RunReconcile run, IRunRedo redo, string lost, IReadOnlyList<string> retries)
    {
        var now = frame.Now;
        var former = run.Status.Plan!;
        var plan = redo.Compile(run.Spec, former);
        plan = plan.With(plan.Plan with { CompiledAt = now });
        var next = plan.Steps.Find(s => s.State != StepState.Succeeded)?.Id;
        var isConfirmed = RestoreConsent.IsGiven(redo, retries);
        var message = Sentences.Join(
            redo.Describe(lost, plan), isConfirmed ? null : "The run waits for an approval before that.");
        var summary = new RunStatusSummary(
            RunOutcomeKind.Progressing, redo.Phase, Reasons.Running, message, next);
        var status = frame.Projection.Numbered(
            run.Status, RunTokens.TakeUp(run.Status, retries, now) with { Plan = plan });
        await run.WriteAsync(isConfirmed ? RestoreConsent.Record(redo, status, now) : status, summary);
        return RunStep.AtOnce;
    }

    private async Task<RunStep> RollBackAsync(RunReconcile run)
    {
        var before = run.Status;
        var plan = before.RollbackPlan!;
        if (plan.IsDone)
        {
            await run.WriteAsync(frame.Projection.Over(run.Entity, before, PlanSlot.Rollback, frame.Now, run.Adjust));
            return new RunStep(true, null);
        }

        if (!plan.HasEverBegun)
        {
            if (RollbackDecision.CauseOf(_kind, run.Entity, frame.Now) == RollbackCause.None)
            {
                // No longer requested: as if it had not been compiled.
                var dropped = new RunStatusSummary(
                    RunOutcomeKind.Progressing,
                    RunPhases.RollingBack,
                    Reasons.Running,
                    "The rollback was cancelled before it started. The upgrade is unchanged.");
                await run.WriteAsync(before with { RollbackPlan = null }, dropped);
                return RunStep.AtOnce;
            }

            if (RollbackDecision.IsOnlyShown(run.Spec, run.Metadata))
            {
                var shown = new RunStatusSummary(
                    RunOutcomeKind.PlanReady,
                    RunPhases.RollingBack,
                    Reasons.PlanReady,
                    $"The rollback plan ({plan.Hash}, {plan.Steps.Count} steps) is in status.rollbackPlan. Nothing is "
                    + "changed. Set spec.mode: Apply to run it. "
                    + $"To discard it, {RunMessages.ToCancel(run.Entity)}.");
                await run.WriteAsync(before, shown);
                return RunStep.Waits;
            }
        }

        var outcome = await plans.AdvanceAsync(
            run,
            PlanSlot.Rollback,
            RollbackDecision.IsStopped(_kind, run.Entity) ? Aborted(run) : null,
            summary => run.Adjust(
                plan.HasEverBegun
                && RollbackDecision.CauseOf(_kind, run.Entity, frame.Now) == RollbackCause.None
                && summary.Kind != RunOutcomeKind.RolledBack
                    ? summary with
                    {
                        Message = Sentences.Join(
                            summary.Message,
                            "The rollback has started and must finish: desiredState: Upgraded is ignored until then."),
                    }
                    : summary));
        return parked.AfterAdvance(run, Step(outcome), outcome);
    }

    // An abort stops the run that is requested when the abort is seen.
    private async Task ApplyAbortAsync(RunReconcile run)
    {
        if (RunTokens.NewAbort(run.Entity) is { } token)
        {
            await run.WriteAsync(RunTokens.Abort(run.Spec, run.Status, token, frame.Now));
        }
        else if (run.Status.AbortedRollback is not null && run.Spec.DesiredState == DesiredState.Upgraded)
        {
            // The rollback is no longer requested; if it is requested again, it runs.
            await run.WriteAsync(run.Status with { AbortedRollback = null });
        }
    }

    private static string? Aborted(RunReconcile run) => run.Status.AbortedBy is { } token
        ? $"The run was aborted by {Annotations.Abort}={token}. Running steps have finished and nothing more is "
            + "started."
        : null;

    private static RunStep Step(RunOutcome outcome) => new(outcome.State == RunState.Succeeded, outcome.RequeueAfter);
}

/// <summary>The result of one advance of a run.</summary>
/// <param name="IsOver">Whether the upgrade, its cleanup or its rollback has finished.</param>
/// <param name="After">When to reconcile again without an event; null leaves it to events.</param>
internal sealed record RunStep(bool IsOver, TimeSpan? After)
{
    public static RunStep AtOnce { get; } = new(false, TimeSpan.FromMilliseconds(1));

    public static RunStep Waits { get; } = new(false, null);
}
