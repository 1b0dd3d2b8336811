namespace Drydock.Reconcilers.Upgrades;

/// <summary>Handles terminal states: releases claims and finalizers and makes the object inert. Also handles the exits
/// from them: the rollback of a run that succeeded, its cleanup, another attempt after a rollback.</summary>
internal sealed class CompletionFlow(RunFrame frame, RollbackFlow rollbacks)
{
    private const string Doubted = "What spec.cleanup asks for is not removed yet.";
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);
    private readonly RunKind _kind = frame.Kind;
    private readonly TargetClaims _claims = frame.Services.Claims;

    /// <summary>Finished, and nothing requested since: no read, no write, no connection to any target. Decided from the
    /// object alone.</summary>
    public bool IsInert(RunObject entity) =>
        IsAtRest(entity)
        && RunTokens.NewAbort(entity) is null
        && RunTokens.NewRollback(entity) is null
        && !(entity.Status!.Phase == RunPhases.RolledBack && entity.Written.DesiredState == DesiredState.Upgraded
            && RunWords.New(entity, WordKind.Retry).Any())
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
            || cleanup.PlanOf(status) is not null ? null
            : status.Message?.Contains(Doubted, StringComparison.Ordinal) == true ? TimeSpan.Zero
            : cleanup.AnnouncedAt(status) is { } due ? frame.Due.Until(due)
            : cleanup.After(entity.Spec) is not null && !IsChanged(entity.Spec, status) ? TimeSpan.Zero
            : null;

    /// <summary>The upgrade has succeeded: releases the target, or claims it again for the rollback or the
    /// cleanup.</summary>
    /// <returns>Null: the rollback or the cleanup runs. Over: there is nothing to run now.</returns>
    public async Task<RunStep?> SucceededAsync(RunReconcile run)
    {
        var before = run.Status;
        if (IsChanged(run.Spec, before))
        {
            return await ChangedAsync(run);
        }

        var wantsRollback = run.Spec.DesiredState == DesiredState.RolledBack;
        if (wantsRollback && rollbacks.Refused(run.Entity) is { } refused)
        {
            // The target is not claimed for a rollback that is never possible, so that later runs can claim it.
            return await ReleaseAsync(
                run, frame.Projection.Compose(run.Entity, RunTokens.Resume(before), refused, frame.Now));
        }

        if (wantsRollback && RollbackDecision.IsOnlyShown(run.Spec, run.Metadata))
        {
            return null;
        }

        if (!wantsRollback && !IsCleanupDue(run.Spec, before))
        {
            var (over, isKnown) = Ended(run.Entity);
            var released = await ReleaseAsync(run, over);
            return released with { After = isKnown ? null : DueTime.Interval };
        }

        var (held, summary) = Prepared(run.Entity, wantsRollback);
        if (before.Target?.Claim is not null)
        {
            if (ReferenceEquals(held, before))
            {
                return null;
            }

            await run.WriteAsync(held, summary);
            return RunStep.AtOnce;
        }

        var target = ClaimTarget.Of(before.Target)!;
        await run.AddFinalizerAsync();
        if (await _claims.ClaimAsync(
            target, run.Entity.Entity, run.Spec.AdoptTarget, keep: false, run.CancellationToken) is { } holder)
        {
            await run.WriteAsync(before, RunMessages.TargetBusy(
                wantsRollback ? RunPhases.RollingBack : RunPhases.Succeeded, target.Identity, holder));
            return new RunStep(true, LookForTarget);
        }

        await run.WriteAsync(held with { Target = _claims.Claimed(before.Target!, run.Metadata) }, summary);
        return RunStep.AtOnce;
    }

    private bool IsChanged(RunSpec spec, RunStatus status) =>
        status.Plan!.SpecHash is { Length: > 0 } compiledFor && compiledFor != _kind.IdentityHash(spec);

    // In this phase the API server takes the change, and takes it back. Once a rollback has begun it takes neither.
    private async Task<RunStep> ChangedAsync(RunReconcile run)
    {
        var summary = new RunStatusSummary(
            RunOutcomeKind.Stalled,
            RunPhases.Succeeded,
            Reasons.SpecChangeIgnored,
            "Changed after this upgrade had succeeded: "
            + $"{SpecIdentity.Changes(run.Status.Plan!, _kind.IdentityOf(run.Spec))}. The change is ignored, and no "
            + "rollback or cleanup is started. Restore the old value, or create a new object for the next upgrade.");
        var changed = frame.Projection.Compose(
            run.Entity, run.Status with { RollbackPlan = null }, summary, frame.Now);
        if (_kind.Plans.Active(changed) != PlanSlot.Cleanup)
        {
            return await ReleaseAsync(
                run, _kind.Cleanup is { } cleanup ? cleanup.Announce(changed, cleanup.From(changed), null) : changed);
        }

        await run.WriteAsync(changed);
        return RunStep.Waits;
    }

    /// <summary>The former version runs again: releases the target, or restarts from preflight.</summary>
    public async Task<RunStep> RolledBackAsync(RunReconcile run)
    {
        var (entity, now) = (run.Entity, frame.Now);
        if (RollbackDecision.StartsAgain(entity))
        {
            var again = RunTokens.TakeUp(run.Status, RunTokens.NewRetries(entity), now);
            await run.WriteAsync(frame.Projection.NewAttempt(entity, again, now));
            return RunStep.AtOnce;
        }

        return await ReleaseAsync(run, frame.Projection.Over(entity, run.Status, PlanSlot.Rollback, now));
    }

    public async Task<RunStep> NothingAsync(RunReconcile run)
    {
        var now = frame.Now;
        var plan = _kind.CompileRollback(run.Spec, new RollbackBasis(new Plan())) with { CompiledAt = now };
        var before = RunTokens.Resume(run.Status) with { RollbackPlan = plan, Findings = [] };
        return await ReleaseAsync(run, frame.Projection.Over(run.Entity, before, PlanSlot.Rollback, now));
    }

    // False between the write that records a rollback token and the write that reports its effect.
    private static bool ReportsWhatIsAsked(RunObject entity, RunStatus status)
    {
        var asksForRollback = entity.Spec.DesiredState == DesiredState.RolledBack;
        return status.Phase == RunPhases.Succeeded
            ? !asksForRollback
            : asksForRollback == status.Conditions.Exists(c => c is { Type: ConditionTypes.Ready, Status: "True" });
    }

    private bool IsCleanupDue(RunSpec spec, RunStatus status) =>
        _kind.Cleanup is { } cleanup
            && (cleanup.PlanOf(status) is { } plan
                ? !plan.IsDone
                : cleanup.IsAccepted(spec)
                    || (WishedAt(cleanup, spec, cleanup.From(status)) is { } wished
                        && frame.Due.Now is { } now
                        && DueTime.IsDue(cleanup.AnnouncedAt(status), wished, now)));

    private static DateTimeOffset? WishedAt(IRunCleanup cleanup, RunSpec spec, DateTimeOffset? from) =>
        cleanup.After(spec) is { } after ? from + KubernetesDuration.Parse(after) : null;

    private (RunStatus Held, RunStatusSummary Summary) Prepared(RunObject entity, bool wantsRollback)
    {
        var before = entity.Status!;
        if (wantsRollback)
        {
            return (before,
                new RunStatusSummary(
                    RunOutcomeKind.Progressing,
                    RunPhases.RollingBack,
                    Reasons.RollingBack,
                    $"{RunMessages.Because(entity, RollbackCause.Request)} "
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

        var plan = cleanup.Compile(entity.Spec, before.Plan!) with
        {
            CompiledAt = frame.Now,
            SpecHash = before.Plan!.SpecHash,
        };
        return (cleanup.WithPlan(before, plan) with { RollbackPlan = null }, summary);
    }

    // Level-based: after a crash in between this runs again. While the finalizer is there, the target may be claimed
    // although the status does not say so yet.
    private static async Task<RunStep> ReleaseAsync(RunReconcile run, RunStatus over)
    {
        if (over.Target is { } target
            && (target.Claim is not null || run.Metadata.Finalizers?.Contains(Labels.UpgradeFinalizer) == true))
        {
            await run.ReleaseClaimAsync(target);
            over = over with { Target = target with { Claim = null, ClaimNamespace = null } };
        }

        await run.WriteAsync(over);
        await run.RemoveFinalizerAsync();
        return new RunStep(true, null);
    }

    // Not known: whether the cleanup is due is asked again later.
    private (RunStatus Over, bool IsKnown) Ended(RunObject entity)
    {
        var before = RunTokens.Resume(entity.Status!) with { RollbackPlan = null };
        var (spec, due) = (entity.Spec, frame.Due);
        var cleanup = _kind.Cleanup;
        var asks = cleanup?.PlanOf(before) is null && cleanup?.After(spec) is not null;
        var over = frame.Projection.Over(
            entity,
            before,
            PlanSlot.Upgrade,
            frame.Now,
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
