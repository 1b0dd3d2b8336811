namespace Drydock.Reconcilers.Upgrades;

/// <summary>Advances a run that has a plan, whichever plan is active: upgrade, rollback or cleanup. Decides when to
/// change from one to another. Level-based: after a crash at any point it makes the same decision again.</summary>
internal sealed class RunFlow(RunFrame frame, RollbackFlow rollbacks, ParkedStateFlow parked) : Flow(frame)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClaimInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BlockerInterval = TimeSpan.FromSeconds(30);
    private readonly RunKind _kind = frame.Kind;

    /// <summary>Makes sure that the target is still claimed for this object, which a process asks that takes over its
    /// run. If another object has the claim, nothing may be started or undone.</summary>
    public Decision Reclaim(Turn turn, Func<Decision> next)
    {
        var target = ClaimTarget.Of(turn.Status.Target)!;
        return Decision.Do(new ClaimOf(target, Keep: true), holder => holder switch
        {
            null => next(),
            { IsGone: true } => Stalled(
                turn, Reasons.HolderGone, RunMessages.HolderGone(target.Identity, holder), ClaimInterval),
            _ => Stalled(
                turn, Reasons.TargetClaimLost, RunMessages.ClaimLost(holder, turn.IsDeleted), ClaimInterval),
        });
    }

    /// <summary>Makes sure that nothing keeps this process from continuing the upgrade; asked until nothing
    /// does.</summary>
    public Decision Unblocked(Turn turn, Func<Decision> next)
    {
        var session = turn.Session;
        if (session.HasNoBlocker || turn.Status.ActiveKind() != PlanKind.Upgrade)
        {
            return next();
        }

        if (session.BlockerLook is not { } look)
        {
            var ask = new Beside<Blocker?>(
                turn.Spec.PreflightLimit(),
                static (targets, token) => targets.FindBlockerAsync(token),
                static (targets, exception) => Unread(targets, "this operator may continue the run", exception));
            return Decision.Do(ask, begun =>
            {
                session.BlockerLook = begun;
                return Decision.Waits;
            });
        }

        if (!look.IsCompleted)
        {
            return Decision.Waits;
        }

        session.BlockerLook = null;
        session.HasNoBlocker = look.Result is null;
        return look.Result is { } blocker
            ? Stalled(turn, blocker.Reason, blocker.Message, BlockerInterval)
            : next();
    }

    public Decision Advance(Turn turn) =>
        parked.WhenIdle(turn, idle => WithAbort(idle, at =>
            at.Status.AbortedBy is not null && RunTokens.NewRetries(at.Entity) is { Count: > 0 } retries
                ? Resume(at, retries)
                : at.Status.ActiveKind() switch
                {
                    PlanKind.Cleanup => PlanAdvance.Decide(at, PlanKind.Cleanup, Aborted(at), at.Adjust, EndOf),
                    PlanKind.Rollback => RollBack(at),
                    _ => Upgrade(at),
                }));

    /// <summary>The rollback of a run that succeeded, which desiredState requests: compiles it, unless an abort
    /// prevents it.</summary>
    public Decision RollBackAfterSuccess(Turn turn) => WithAbort(turn, at =>
    {
        if (!RollbackDecision.IsHalted(at.Spec, at.Status))
        {
            return rollbacks.Begin(at, RollbackCause.Request);
        }

        if (RunTokens.NewRetries(at.Entity) is { Count: > 0 } retries)
        {
            var resumed = RunTokens.Resume(RunTokens.TakeUp(at.Status, retries, at.Now));
            return Decision.Write(resumed, static _ => Decision.AtOnce);
        }

        var halted = new RunOutcome(
            RunState.Failed,
            RunPhases.Failed,
            Reasons.Aborted,
            $"The run was aborted by {Annotations.Abort}={at.Status.AbortedBy} before the rollback started. "
            + $"The new version runs. Set {RunMessages.Retry} to start the rollback. "
            + $"To cancel it, {RunMessages.ToCancel(at.Entity)}.");
        return Report(at, at.Status, halted, static _ => Decision.Waits);
    });

    private Decision Resume(Turn turn, IReadOnlyList<string> retries)
    {
        // A token that finds failed steps is kept for them: the next advance uses it.
        var (status, now) = (turn.Status, turn.Now);
        var failing = status.ActivePlan()!.Steps.Exists(
            s => s.State is StepState.Failed or StepState.Unknown);
        var undone = RollbackDecision.IsUndoneByAbort(turn.Spec, status)
            || (status.RollbackPlan is null && !turn.Steps.Changed(status.Plan!));
        var resumed = RunTokens.Resume(undone || !failing ? RunTokens.TakeUp(status, retries, now) : status);
        return Decision.Write(
            undone ? Projection.NewAttempt(turn.Entity, resumed, now) : resumed, static _ => Decision.AtOnce);
    }

    private Decision Upgrade(Turn turn)
    {
        var cause = RollbackDecision.CauseOf(_kind, turn.Entity, turn.Now);
        if (cause != RollbackCause.None
            && !(cause == RollbackCause.Request && RollbackDecision.IsHalted(turn.Spec, turn.Status)))
        {
            return rollbacks.Refused(turn.Entity) is { } refused
                ? RefuseRollback(turn, refused)
                : StartRollback(turn, cause);
        }

        turn.Session.RollbackLook = null;
        return _kind.Redo is { } redo
            && turn.Status.AbortedBy is null
            && redo.FindLost(turn.Status.Plan!) is { } lost
            && RunTokens.NewRetries(turn.Entity) is { Count: > 0 } retries
            ? Current(turn, () => Redo(turn, redo, lost, retries))
            : Continue(turn);
    }

    private Decision Continue(Turn turn)
    {
        var late = turn.Status.Plan!.HasEverBegun ? null : turn.Due.RefuseStart(turn.Spec.NotAfter);

        // The message of an abort is kept: it also says how to resume the run.
        return PlanAdvance.Decide(
            turn,
            PlanKind.Upgrade,
            Aborted(turn) ?? late?.Message,
            summary => turn.Adjust(late is not null && turn.Status.AbortedBy is null
                ? summary with { State = RunState.Stalled, Reason = late.Reason, Message = late.Message }
                : summary),
            (at, outcome) => parked.After(
                at,
                outcome,
                late?.Reason == Reasons.ClockSkew ? DueTime.Interval : BeforeDeadline(at, outcome.RequeueAfter)));
    }

    // A run that waits to start reports it in time when the deadline has passed, and an automatic rollback that waits
    // for an acceptance starts in time.
    private TimeSpan? BeforeDeadline(Turn turn, TimeSpan? after)
    {
        var (spec, plan) = (turn.Spec, turn.Status.Plan!);
        var deadline = plan.HasEverBegun ? RollbackDecision.AcceptableUntil(_kind, spec, plan) : spec.NotAfter;
        var left = deadline - turn.Now + TimeSpan.FromSeconds(1);
        return left > TimeSpan.Zero && (after is null || left < after) ? left : after;
    }

    // Running steps finish first, so that the rollback covers them. Steps that only wait need not finish.
    private Decision StartRollback(Turn turn, RollbackCause cause)
    {
        if (turn.Session.RollbackLook is not null && !IsFinishing(turn))
        {
            // What was reported stays until the targets were read.
            return rollbacks.Begin(turn, cause);
        }

        var because = $"{RunMessages.Because(turn.Entity, cause)} "
            + (IsFinishing(turn) ? "Running steps finish first." : "What runs on the targets is read first.");
        return PlanAdvance.Decide(turn, PlanKind.Upgrade, because, Leaving, (at, outcome) =>
            outcome.State == RunState.Succeeded && cause != RollbackCause.Request ? Decision.Over
            : outcome.State is not (RunState.Stopped or RunState.Succeeded) && IsFinishing(at)
                ? Decision.Again(outcome.RequeueAfter ?? LookAgain)
            : rollbacks.Begin(at, cause));

        RunOutcome Leaving(RunOutcome summary) =>
            summary.State == RunState.Succeeded ? summary : summary with
            {
                State = RunState.Working,
                Reason = RunMessages.Reason(cause),
                Message = summary.Message == because ? because : $"{because} Under way: {summary.Message}",
            };
    }

    // A rollback is requested and never possible: nothing more is started while it is requested.
    private Decision RefuseRollback(Turn turn, RunOutcome refused)
    {
        var finishing = IsFinishing(turn);
        return PlanAdvance.Decide(turn, PlanKind.Upgrade, refused.Message, Staying, (at, outcome) =>
            outcome.State == RunState.Succeeded ? Decision.Over
            : outcome.State != RunState.Stopped && IsFinishing(at)
                ? Decision.Again(outcome.RequeueAfter ?? LookAgain)
            : Report(at, at.Status, at.Adjust(refused), told => parked.After(told, outcome, outcome.RequeueAfter)));

        RunOutcome Staying(RunOutcome summary) => turn.Adjust(
            summary.State == RunState.Succeeded ? summary
            : finishing ? summary with
            {
                State = RunState.Working,
                Reason = Reasons.RollingBack,
                Message = Sentences.Join(refused.Message, "Running steps finish first.", summary.Message),
            }
            : refused);
    }

    private static bool IsFinishing(Turn turn) =>
        turn.Status.Plan!.Steps.Exists(s => s.State == StepState.Running && !turn.Steps.Of(s).OnlyWaits);

    // A word may have been used before, and the status be older than that: the targets are asked before anything is
    // stopped, for the object as it is now.
    private Decision Current(Turn turn, Func<Decision> next)
    {
        var (session, version, plan) = (turn.Session, turn.Metadata.ResourceVersion, turn.Status.Plan!);
        if (session.Outdated.Version != version)
        {
            var ask = new Beside<Blocker?>(
                turn.Spec.PreflightLimit(),
                (targets, token) => targets.FindOutdatedAsync(plan, isRedo: true, token),
                static (targets, exception) =>
                    Unread(targets, "the targets have gone further than the status", exception));
            return Decision.Do(ask, begun =>
            {
                session.Outdated = (version, begun);
                return Decision.Waits;
            });
        }

        if (!session.Outdated.Look.IsCompleted)
        {
            return Decision.Waits;
        }

        var blocker = session.Outdated.Look.Result;
        session.Outdated = default;
        return blocker is null ? next() : Stalled(turn, blocker.Reason, blocker.Message, BlockerInterval);
    }

    private static Blocker Unread(IRunTargets targets, string whether, Exception exception) => new(
        Reasons.StepTimeout,
        $"Whether {whether} could not be read: "
        + $"{Sentences.Close(targets.Redact(exception.Message))} It is read again automatically.");

    private Decision Redo(Turn turn, IRunRedo redo, string lost, IReadOnlyList<string> retries)
    {
        var former = turn.Status.Plan!;
        var plan = redo.Compile(turn.Spec, former);
        plan = plan.With(plan.Plan with { CompiledAt = turn.Now });
        var next = plan.Steps.Find(s => s.State != StepState.Succeeded)?.Id;
        var consent = RestoreConsent.Find(redo, turn.Entity, retries);
        var message = Sentences.Join(
            redo.Describe(lost, plan), consent is not null ? null : "The run waits for an approval before that.");
        var summary = new RunOutcome(
            RunState.Working, redo.Phase, Reasons.Running, message, next);
        var status = Projection.Numbered(
            turn.Status, RunTokens.TakeUp(turn.Status, retries, turn.Now) with { Plan = plan });
        return Report(
            turn,
            consent is null ? status : RestoreConsent.Record(redo, status, consent, turn.Now),
            summary,
            static _ => Decision.AtOnce);
    }

    private Decision RollBack(Turn turn)
    {
        var before = turn.Status;
        var plan = before.RollbackPlan!;
        if (plan.IsDone)
        {
            return Decision.Write(
                Projection.Over(turn.Entity, before, PlanKind.Rollback, turn.Now, turn.Adjust),
                static _ => Decision.Over);
        }

        if (!plan.HasEverBegun && RollbackDecision.CauseOf(_kind, turn.Entity, turn.Now) == RollbackCause.None)
        {
            // No longer requested: as if it had not been compiled.
            var dropped = new RunOutcome(
                RunState.Working,
                RunPhases.RollingBack,
                Reasons.Running,
                "The rollback was cancelled before it started. The upgrade is unchanged.");
            return Report(turn, before with { RollbackPlan = null }, dropped, static _ => Decision.AtOnce);
        }

        return PlanAdvance.Decide(
            turn,
            PlanKind.Rollback,
            RollbackDecision.IsStopped(_kind, turn.Entity) ? Aborted(turn) : null,
            summary => turn.Adjust(
                plan.HasEverBegun
                && RollbackDecision.CauseOf(_kind, turn.Entity, turn.Now) == RollbackCause.None
                && summary.State != RunState.RolledBack
                    ? summary with
                    {
                        Message = Sentences.Join(
                            summary.Message,
                            "The rollback has started and must finish: desiredState: Upgraded is ignored until then."),
                    }
                    : summary),
            (at, outcome) => parked.After(at, outcome, outcome.RequeueAfter));
    }

    // An abort stops the run that is requested when the abort is seen.
    private static Decision WithAbort(Turn turn, Func<Turn, Decision> next) =>
        RunTokens.NewAbort(turn.Entity) is { } token
            ? Decision.Write(RunTokens.Abort(turn.Spec, turn.Status, token, turn.Now), next)

            // The rollback is no longer requested; if it is requested again, it runs.
            : turn.Status.AbortedRollback is not null && turn.Spec.DesiredState == DesiredState.Upgraded
                ? Decision.Write(turn.Status with { AbortedRollback = null }, next)
                : next(turn);

    private static string? Aborted(Turn turn) => turn.Status.AbortedBy is { } token
        ? $"The run was aborted by {Annotations.Abort}={token}. Running steps have finished; nothing more is started."
        : null;

    private static Decision EndOf(Turn turn, RunOutcome outcome) =>
        Decision.End(new RunStep(outcome.State == RunState.Succeeded, outcome.RequeueAfter));
}
