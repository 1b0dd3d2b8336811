namespace Drydock.Reconcilers.Upgrades;

/// <summary>Handles terminal states: releases claims and finalizers and makes the object inert. Also handles the exits
/// from them: the rollback of a run that succeeded, its cleanup, another attempt after a rollback.</summary>
internal sealed class CompletionFlow(RunFrame frame, RollbackFlow rollbacks)
{
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);
    private readonly RunKind _kind = frame.Kind;
    private readonly TargetClaims _claims = frame.Services.Claims;

    /// <summary>Finished, and nothing requested since: no read, no write, no connection to any target. Decided from the
    /// object alone.</summary>
    public bool IsInert(RunObject entity) =>
        IsAtRest(entity)
        && RunTokens.NewAbort(entity) is null
        && RunTokens.NewRollback(entity) is null
        && !(entity.Status!.Phase == RunPhases.RolledBack && RollbackDecision.StartsAgain(entity))
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
        _kind.Cleanup is { } cleanup
            && entity.Status is { Phase: RunPhases.Succeeded } status
            && cleanup.AnnouncedAt(status) is { } due
            && cleanup.PlanOf(status) is null
            ? (due > frame.Now ? due - frame.Now : TimeSpan.Zero)
            : null;

    /// <summary>The upgrade has succeeded: releases the target, or claims it again for the rollback or the cleanup.
    /// True if there is something to run.</summary>
    public async Task<(RunObject Entity, bool Runs, TimeSpan? After)> SucceededAsync(
        RunObject entity, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var before = entity.Status!;
        var wantsRollback = entity.Spec.DesiredState == DesiredState.RolledBack;
        if (wantsRollback && rollbacks.Refused(entity) is { } refused)
        {
            // The target is not claimed for a rollback that is never possible, so that later runs can claim it.
            return (await ReleaseAsync(
                    entity,
                    frame.Projection.Compose(entity, RunTokens.Resume(before), refused, now),
                    cancellationToken),
                false,
                null);
        }

        if (wantsRollback && RollbackDecision.IsOnlyShown(entity.Spec, entity.Metadata))
        {
            return (entity, true, null);
        }

        if (!wantsRollback && !IsCleanupDue(entity.Spec, before, now))
        {
            return (await ReleaseAsync(entity, Ended(entity, now), cancellationToken), false, null);
        }

        var (held, summary) = Prepared(entity, wantsRollback, now);
        if (before.Target?.Claim is not null)
        {
            return ReferenceEquals(held, before)
                ? (entity, true, null)
                : (
                    await frame.WriteAsync(entity, held, summary, now, cancellationToken),
                    true,
                    TimeSpan.FromMilliseconds(1));
        }

        var target = ClaimTarget.Of(before.Target)!;
        if (await _claims.ClaimAsync(
            target, entity.Entity, entity.Spec.AdoptTarget, keep: false, cancellationToken) is { } holder)
        {
            var busy = TargetBusyMessage.Compose(
                wantsRollback ? RunPhases.RollingBack : RunPhases.Succeeded, target.Identity, holder);
            return (await frame.WriteAsync(entity, before, busy, now, cancellationToken), false, LookForTarget);
        }

        entity = await frame.Store.AddFinalizerAsync(entity, Labels.UpgradeFinalizer, cancellationToken);
        held = held with
        {
            Target = before.Target! with
            {
                Claim = target.Names(entity.Metadata.Namespace)[0],
                ClaimNamespace = _claims.Namespace,
            },
        };
        return (
            await frame.WriteAsync(entity, held, summary, now, cancellationToken), true, TimeSpan.FromMilliseconds(1));
    }

    /// <summary>The former version runs again: releases the target, or restarts from preflight.</summary>
    public async Task<TimeSpan?> RolledBackAsync(RunObject entity, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        if (RollbackDecision.StartsAgain(entity))
        {
            var again = RunTokens.TakeUp(entity.Status!, RunTokens.NewRetries(entity), now);
            await frame.WriteAsync(entity, frame.Projection.NewAttempt(entity, again, now), cancellationToken);
            return TimeSpan.FromMilliseconds(1);
        }

        await ReleaseAsync(
            entity,
            frame.Projection.Over(entity, entity.Status!, PlanSlot.Rollback, entity.Status!.RollbackPlan!, now),
            cancellationToken);
        return null;
    }

    public async Task NothingAsync(RunObject entity, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var plan = _kind.CompileRollback(
            entity.Spec, new RollbackBasis(new Plan(), RunPlans.AttemptsBefore(entity.Status))) with
        {
            CompiledAt = now,
        };
        var before = RunTokens.Use(
            RunTokens.Resume(entity.Status ?? _kind.NewStatus()) with { RollbackPlan = plan, Findings = [] },
            RunTokens.NewRetries(entity),
            now);
        await ReleaseAsync(
            entity, frame.Projection.Over(entity, before, PlanSlot.Rollback, plan, now), cancellationToken);
    }

    // False between the write that records a rollback token and the write that reports its effect.
    private static bool ReportsWhatIsAsked(RunObject entity, RunStatus status)
    {
        var asksForRollback = entity.Spec.DesiredState == DesiredState.RolledBack;
        return status.Phase == RunPhases.Succeeded
            ? !asksForRollback
            : asksForRollback == status.Conditions.Exists(c => c is { Type: ConditionTypes.Ready, Status: "True" });
    }

    private bool IsCleanupDue(RunSpec spec, RunStatus status, DateTimeOffset now) =>
        _kind.Cleanup is { } cleanup
            && (cleanup.PlanOf(status) is { } plan ? !PlanProgress.Done(plan) : cleanup.DueAt(spec, status) <= now);

    private (RunStatus Held, RunStatusSummary Summary) Prepared(
        RunObject entity, bool wantsRollback, DateTimeOffset now)
    {
        var before = entity.Status!;
        if (wantsRollback)
        {
            return (before,
                new RunStatusSummary(
                    RunOutcomeKind.Progressing,
                    RunPhases.RollingBack,
                    Reasons.RollingBack,
                    $"{RollbackMessages.Because(entity, RollbackCause.Request)} "
                    + "Checking whether a rollback is possible."));
        }

        var cleanup = _kind.Cleanup!;
        var summary = new RunStatusSummary(
            RunOutcomeKind.Progressing,
            RunPhases.Succeeded,
            Reasons.Running,
            $"The upgrade is accepted: {cleanup.Begins}.");
        if (cleanup.PlanOf(before) is not null)
        {
            return (before, summary);
        }

        var plan = cleanup.Compile(entity.Spec, before.Plan!, RunPlans.AttemptsBefore(before)) with
        {
            CompiledAt = now,
            SpecHash = before.Plan!.SpecHash,
        };
        return (cleanup.WithPlan(before, plan) with { RollbackPlan = null }, summary);
    }

    // Level-based: after a crash in between this runs again.
    private async Task<RunObject> ReleaseAsync(RunObject entity, RunStatus over, CancellationToken cancellationToken)
    {
        if (over.Target is { Claim: not null } target)
        {
            await _claims.ReleaseAsync(entity.Entity, target, cancellationToken);
            over = over with { Target = target with { Claim = null, ClaimNamespace = null } };
        }

        entity = await frame.WriteAsync(entity, over, cancellationToken);
        return await frame.Store.RemoveFinalizerAsync(entity, Labels.UpgradeFinalizer, cancellationToken) ?? entity;
    }

    private RunStatus Ended(RunObject entity, DateTimeOffset now)
    {
        var before = RunTokens.Resume(entity.Status!) with { RollbackPlan = null };
        var over = frame.Projection.Over(entity, before, PlanSlot.Upgrade, before.Plan!, now);
        return _kind.Cleanup is { } cleanup ? cleanup.Announce(over, cleanup.DueAt(entity.Spec, over)) : over;
    }
}
