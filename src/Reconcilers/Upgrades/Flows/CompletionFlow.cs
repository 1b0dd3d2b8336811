namespace Drydock.Reconcilers.Upgrades;

/// <summary>Handles terminal states: releases claims and finalizers and makes the object inert. Also handles the exits
/// from them: the rollback of a run that succeeded, its cleanup, another attempt after a rollback.</summary>
internal sealed class CompletionFlow(RunFrame frame, RollbackFlow rollbacks) : Flow(frame)
{
    private const string Doubted = "What spec.cleanup asks for is not removed yet.";
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);
    private readonly RunKind _kind = frame.Kind;

    /// <summary>Finished, and nothing requested since: no read, no write, no connection to any target. Decided from the
    /// object alone.</summary>
    public bool IsInert(RunObject entity) =>
        IsAtRest(entity)
        && RunTokens.NewAbort(entity) is null
        && RunTokens.NewRollback(entity) is null
        && !(entity.Status!.Phase == RunPhases.RolledBack && entity.Written.DesiredState == DesiredState.Upgraded
            && RunWords.New(entity, WordKind.Retry).Any())
        && !(entity.Status!.Phase == RunPhases.Succeeded && _kind.Cleanup is not null
            && RunWords.New(entity, WordKind.Approval).Any())
        && InertFor(entity) != TimeSpan.Zero;

    public static bool IsAtRest(RunObject entity) =>
        entity.Metadata.DeletionTimestamp is null
        && entity.Status?.Phase is RunPhases.Succeeded or RunPhases.RolledBack
        && ReportsWhatIsAsked(entity, entity.Status)
        && entity.Status.ObservedGeneration == entity.Metadata.Generation
        && entity.Status.Target?.Claim is null
        && entity.Metadata.Finalizers?.Contains(Labels.UpgradeFinalizer) != true;

    /// <summary>How long an object stays inert without an event; null without limit. Only a cleanup ends it.</summary>
    public TimeSpan? InertFor(RunObject entity) =>
        _kind.Cleanup is not { } cleanup
            || entity.Status is not { Phase: RunPhases.Succeeded } status
            || status.CleanupPlan is not null ? null
            : status.Message?.Contains(Doubted, StringComparison.Ordinal) == true ? TimeSpan.Zero
            : IsApproved(cleanup, entity.Spec, status) && !IsChanged(entity.Written, status) ? TimeSpan.Zero
            : cleanup.AnnouncedAt(status) is { } due ? Frame.Due.Until(due)
            : cleanup.After(entity.Spec) is not null && !IsChanged(entity.Written, status) ? TimeSpan.Zero
            : null;

    /// <summary>The upgrade has succeeded: releases the target, or claims it again for the rollback or the
    /// cleanup.</summary>
    /// <returns>Null: the rollback or the cleanup runs. One that ends as over: there is nothing to run now.</returns>
    public Decision? Succeeded(Turn turn)
    {
        var before = turn.Status;
        if (IsChanged(turn.Entity.Written, before))
        {
            return Changed(turn);
        }

        var wantsRollback = turn.Spec.DesiredState == DesiredState.RolledBack;
        if (wantsRollback && rollbacks.Refused(turn.Entity) is { } refused)
        {
            // The target is not claimed for a rollback that is never possible, so that later runs can claim it.
            return Release(turn, Projection.Compose(turn.Entity, RunTokens.Resume(before), refused, turn.Now));
        }

        if (!wantsRollback && !IsCleanupDue(turn, before))
        {
            var (over, isKnown) = Ended(turn);
            return Release(turn, over, isKnown ? null : DueTime.Interval);
        }

        var (held, summary) = Prepared(turn, wantsRollback);
        return before.Target?.Claim is null ? Claim(turn, wantsRollback, held, summary)
            : ReferenceEquals(held, before) ? null
            : Report(turn, held, summary, static _ => Decision.AtOnce);
    }

    private Decision Claim(Turn turn, bool forRollback, RunStatus held, RunOutcome summary)
    {
        var target = ClaimTarget.Of(turn.Status.Target)!;
        return Decision.TakeFinalizer(at =>
            Decision.Do(new ClaimOf(target, Keep: false), holder => holder is null
                ? Report(
                    at,
                    held with { Target = Frame.Services.Claims.Claimed(turn.Status.Target!, at.Metadata) },
                    summary,
                    static _ => Decision.AtOnce)
                : Report(
                    at,
                    turn.Status,
                    RunMessages.TargetBusy(
                        forRollback ? RunPhases.RollingBack : RunPhases.Succeeded, target.Identity, holder),
                    static _ => Decision.End(new RunStep(IsOver: true, LookForTarget)))));
    }

    private bool IsChanged(RunSpec spec, RunStatus status) =>
        status.Plan!.SpecHash is { Length: > 0 } compiledFor && compiledFor != _kind.Form.IdentityHash(spec);

    // In this phase the API server takes the change, and takes it back. Once a rollback has begun it takes neither.
    private Decision Changed(Turn turn)
    {
        var changes = SpecIdentity.Changes(turn.Status.Plan!, _kind.Form.IdentityOf(turn.Entity.Written));
        var summary = new RunOutcome(
            RunState.Stalled,
            RunPhases.Succeeded,
            Reasons.SpecChangeIgnored,
            $"Changed after this upgrade had succeeded: {changes}. The change is ignored, and no rollback or cleanup "
            + "is started. Restore the old value, or create a new object for the next upgrade.");
        var changed = Projection.Compose(turn.Entity, turn.Status with { RollbackPlan = null }, summary, turn.Now);
        return changed.ActiveKind() == PlanKind.Cleanup
            ? Decision.Write(changed, static _ => Decision.Waits)
            : Release(
                turn,
                _kind.Cleanup is { } cleanup ? cleanup.Announce(changed, cleanup.From(changed), null) : changed);
    }

    /// <summary>The former version runs again: releases the target, or restarts from preflight.</summary>
    public Decision RolledBack(Turn turn)
    {
        if (!RollbackDecision.StartsAgain(turn.Entity))
        {
            return Release(turn, Projection.Over(turn.Entity, turn.Status, PlanKind.Rollback, turn.Now));
        }

        var again = RunTokens.TakeUp(turn.Status, RunTokens.NewRetries(turn.Entity), turn.Now);
        return Decision.Write(
            Projection.NewAttempt(turn.Entity, again, turn.Now), static _ => Decision.AtOnce);
    }

    public Decision Nothing(Turn turn)
    {
        var plan = _kind.Rollback.Compile(turn.Spec, new RollbackBasis(PlanProgress.Of(new Plan())));
        var before = RunTokens.Resume(turn.Status) with
        {
            RollbackPlan = PlanProgress.Of(plan with { CompiledAt = turn.Now }),
            Findings = [],
        };
        return Release(turn, Projection.Over(turn.Entity, before, PlanKind.Rollback, turn.Now));
    }

    // False between the write that records a rollback token and the write that reports its effect.
    private static bool ReportsWhatIsAsked(RunObject entity, RunStatus status)
    {
        var asksForRollback = entity.Spec.DesiredState == DesiredState.RolledBack;
        return status.Phase == RunPhases.Succeeded
            ? !asksForRollback
            : asksForRollback == status.Conditions.Exists(c => c is { Type: ConditionTypes.Ready, Status: "True" });
    }

    private bool IsCleanupDue(Turn turn, RunStatus status) =>
        _kind.Cleanup is { } cleanup
            && (status.CleanupPlan is { } plan
                ? !plan.IsDone
                : IsApproved(cleanup, turn.Spec, status)
                    || (WishedAt(cleanup, turn.Spec, cleanup.From(status)) is { } wished
                        && turn.Due.Now is { } now
                        && DueTime.IsDue(cleanup.AnnouncedAt(status), wished, now)));

    private static bool IsApproved(IRunCleanup cleanup, RunSpec spec, RunStatus status) =>
        spec.DesiredState == DesiredState.Upgraded
        && RunTokens.Approved(status, status.Plan!).Contains(cleanup.Word);

    private static DateTimeOffset? WishedAt(IRunCleanup cleanup, RunSpec spec, DateTimeOffset? from) =>
        cleanup.After(spec) is { } after ? from + KubernetesDuration.Parse(after) : null;

    private (RunStatus Held, RunOutcome Summary) Prepared(Turn turn, bool wantsRollback)
    {
        var before = turn.Status;
        if (wantsRollback)
        {
            return (before,
                new RunOutcome(
                    RunState.Working,
                    RunPhases.RollingBack,
                    Reasons.RollingBack,
                    $"{RunMessages.Because(turn.Entity, RollbackCause.Request)} Planning the rollback."));
        }

        var cleanup = _kind.Cleanup!;
        var summary = new RunOutcome(
            RunState.Working,
            RunPhases.Succeeded,
            Reasons.Running,
            $"The upgrade is accepted: {cleanup.Begins}.");
        if (before.CleanupPlan is not null)
        {
            return (before, summary);
        }

        var plan = cleanup.Compile(turn.Spec, before.Plan!) with
        {
            CompiledAt = turn.Now,
            Why = "The upgrade was accepted.",
            SpecHash = before.Plan!.SpecHash,
        };
        return (before with { CleanupPlan = PlanProgress.Of(plan), RollbackPlan = null }, summary);
    }

    // Level-based: after a crash in between this runs again. While the finalizer is there, the target may be claimed
    // although the status does not say so yet.
    private static Decision Release(Turn turn, RunStatus over, TimeSpan? after = null)
    {
        return over.Target is { } target
            && (target.Claim is not null || turn.Metadata.Finalizers?.Contains(Labels.UpgradeFinalizer) == true)
            ? Decision.Do(Upgrades.Release.Of(turn, target), _ =>
                End(over with { Target = target with { Claim = null, ClaimNamespace = null } }))
            : End(over);

        Decision End(RunStatus status) => Decision.Write(status, _ =>
            Decision.DropFinalizer(_ => Decision.End(new RunStep(IsOver: true, after))));
    }

    // Not known: whether the cleanup is due is asked again later.
    private (RunStatus Over, bool IsKnown) Ended(Turn turn)
    {
        var before = RunTokens.Resume(turn.Status) with { RollbackPlan = null };
        var (spec, due) = (turn.Spec, turn.Due);
        var cleanup = _kind.Cleanup;
        var asks = before.CleanupPlan is null && cleanup?.After(spec) is not null;
        var over = Projection.Over(
            turn.Entity,
            before,
            PlanKind.Upgrade,
            turn.Now,
            summary => asks && due.Now is null
                ? summary with { Message = Sentences.Join(summary.Message, Doubted, due.Doubt) }
                : summary);
        if (cleanup is null)
        {
            return (over, true);
        }

        var (from, stored) = (cleanup.From(over) ?? due.Now, cleanup.AnnouncedAt(over));
        var at = !asks ? null
            : due.Now is { } now && WishedAt(cleanup, spec, from) is { } wished
                ? DueTime.Announce(stored, wished, now)
            : stored;
        return (cleanup.Announce(over, from, at), !asks || due.Now is not null);
    }
}
