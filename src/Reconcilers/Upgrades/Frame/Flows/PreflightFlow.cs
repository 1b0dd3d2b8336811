
namespace Drydock.Reconcilers.Upgrades;

/// <summary>From a new object to a stored plan: preflight, outside the reconcile and repeated until there are no
/// findings, then the claim on the target, then the plan. Nothing is changed on the target before the plan is in
/// status.</summary>
internal sealed class PreflightFlow(RunFrame frame)
{
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);
    private readonly RunKind _kind = frame.Kind;
    private readonly TargetClaims _claims = frame.Services.Claims;
    private readonly PreflightPass _pass = new(frame);
    private readonly Backoff _backoff = new() { First = TimeSpan.FromSeconds(2) };

    /// <summary>Advances preflight; returns when to continue without an event.</summary>
    public async Task<TimeSpan?> AdvanceAsync(
        RunObject entity,
        RunSession session,
        string accessKey,
        CancellationToken cancellationToken)
    {
        if (await IsAbortedAsync(entity, cancellationToken) is { } aborted)
        {
            return aborted.Status?.AbortedBy is null ? TimeSpan.FromMilliseconds(1) : null;
        }

        if (entity.Spec.Mode == RunMode.Apply && StartDeadline.Missed(entity.Spec.NotAfter, frame.Now) is { } late)
        {
            var summary = new RunStatusSummary(RunOutcomeKind.Stalled, RunPhases.Preflight, Reasons.TooLate, late);
            await frame.WriteAsync(
                entity,
                (entity.Status ?? _kind.NewStatus()) with { Findings = [] },
                summary,
                frame.Now,
                cancellationToken);
            return null;
        }

        // Everything that users can change: a change starts the next pass at once. Back-off is for problems that may
        // resolve without a change.
        var key = $"{entity.Metadata.Generation}|{accessKey}|{string.Join(';', RunTokens.NewRetries(entity))}";
        var now = frame.Now;
        if (session.Preflight is null)
        {
            return await BeginAsync(entity, session, key, now, cancellationToken);
        }

        if (!session.Preflight.IsCompleted)
        {
            return null;
        }

        var pass = session.Preflight;
        session.Preflight = null;
        if (session.PreflightKey != key)
        {
            // The spec or a Secret changed during the pass.
            session.PreflightNotBefore = now;
            return TimeSpan.FromMilliseconds(1);
        }

        var result = await pass;
        if (result.Target is { } target && await AwaitedAsync(entity, target, cancellationToken) is { } holder)
        {
            // Findings on a target that another run is working on mean nothing.
            return await BusyAsync(entity, session, target, holder, now, cancellationToken);
        }

        return result.Discovery is { } discovery
            ? await PlanAsync(entity, session, discovery, now, cancellationToken)
            : await FoundAsync(entity, session, result.Findings, now, cancellationToken);
    }

    /// <summary>The second check of a run whose plan is stored and has not started, for a process that did not make the
    /// first one: its predecessor may have stopped between the two. Null if the target is free; otherwise the claim is
    /// released and the run waits for the target.</summary>
    public async Task<TimeSpan?> GiveWayAsync(
        RunObject entity, RunSession session, CancellationToken cancellationToken)
    {
        var status = entity.Status!;
        if (status is not { RollbackPlan: null, Plan: { } plan }
            || ClaimTarget.Of(status.Target) is not { } target
            || status.IsUpgraded()
            || PlanProgress.Begun(plan))
        {
            return null;
        }

        if (await OccupiedAsync(
            entity, target, _kind.MustBeFree(target.Identity, plan), cancellationToken) is not var (taken, holder))
        {
            return null;
        }

        await _claims.ReleaseAsync(target.Names(entity.Metadata.Namespace), entity.Metadata.Uid!, cancellationToken);
        return await BusyAsync(entity, session, taken, holder, frame.Now, cancellationToken);
    }

    private async Task<TimeSpan?> BeginAsync(
        RunObject entity,
        RunSession session,
        string key,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (session.PreflightKey == key && session.PreflightNotBefore > now)
        {
            return session.PreflightNotBefore - now;
        }

        if (session.PreflightKey == key
            && session.BusyTarget is { } awaited
            && await AwaitedAsync(entity, awaited, cancellationToken) is { } still)
        {
            return await BusyAsync(entity, session, awaited, still, now, cancellationToken);
        }

        session.BusyTarget = null;
        session.PreflightFailures = session.PreflightKey == key ? session.PreflightFailures : 0;
        session.PreflightKey = key;
        entity = await StartedAsync(entity, now, cancellationToken);
        session.Preflight = _pass.RunAsync(session.Hold(), entity);
        return null;
    }

    // The holder of the target that must be awaited; null if there is none, or if it was deleted and may be succeeded.
    private async Task<ClaimHolder?> AwaitedAsync(
        RunObject entity, ClaimTarget target, CancellationToken cancellationToken) =>
        await _claims.FindHolderAsync(target, entity.Entity, cancellationToken) is { } holder
            && !(holder.IsGone && entity.Spec.AdoptTarget)
            ? holder
            : null;

    // Before a plan is stored nothing was changed, so nothing must be undone or finished.
    private async Task<RunObject?> IsAbortedAsync(RunObject entity, CancellationToken cancellationToken)
    {
        var now = frame.Now;
        var before = entity.Status ?? _kind.NewStatus();
        if (RunTokens.NewAbort(entity) is { } token)
        {
            var message = $"The run was aborted by {Annotations.Abort}={token} before anything was changed. "
                + $"Set a new spec.retry or {Annotations.Retry}=<token> to restart from preflight.";
            var summary = new RunStatusSummary(RunOutcomeKind.Stalled, RunPhases.Failed, Reasons.Aborted, message)
            {
                Failed = true,
            };
            var aborted = RunTokens.Abort(entity.Spec, before, token, now) with { Findings = [] };
            return await frame.WriteAsync(entity, aborted, summary, now, cancellationToken);
        }

        if (before.AbortedBy is null)
        {
            return null;
        }

        if (RunTokens.NewRetries(entity) is { Count: > 0 } retries)
        {
            return await frame.WriteAsync(
                entity,
                frame.Projection.NewAttempt(entity, RunTokens.TakeUp(before, retries, now), now),
                cancellationToken);
        }

        return entity;
    }

    private async Task<RunObject> StartedAsync(
        RunObject entity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The findings of a stalled preflight stay in status until the next pass has finished.
        if (entity.Status is { Findings.Count: > 0 } && entity.Status.ObservedGeneration == entity.Metadata.Generation)
        {
            return entity;
        }

        var summary = new RunStatusSummary(
            RunOutcomeKind.Progressing,
            RunPhases.Preflight,
            Reasons.Preflight,
            $"Checking {_kind.Examines}. Nothing is changed.");
        return await frame.WriteAsync(entity, entity.Status ?? _kind.NewStatus(), summary, now, cancellationToken);
    }

    private async Task<TimeSpan?> FoundAsync(
        RunObject entity,
        RunSession session,
        IReadOnlyList<Finding> findings,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        session.PreflightFailures++;
        session.PreflightNotBefore = now + _backoff.Delay(session.PreflightFailures);
        var clean = findings.Select(f => f with { Message = session.Targets.Redact(f.Message) }).ToList();
        var arrivesBy = ArrivalTime.EndsAt(entity.Metadata, clean, now);
        session.PreflightNotBefore =
            arrivesBy < session.PreflightNotBefore ? arrivesBy.Value : session.PreflightNotBefore;
        var found = (entity.Status ?? _kind.NewStatus()) with { Findings = clean };
        await frame.WriteAsync(entity, found, FindingsSummary.Of(clean, arrivesBy), now, cancellationToken);
        return session.PreflightNotBefore - now;
    }

    private async Task<TimeSpan?> PlanAsync(
        RunObject entity,
        RunSession session,
        IRunDiscovery discovery,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var plan = Acceptances.WithNote(_kind, discovery.Compile(entity.Written)) with
        {
            CompiledAt = now,
            SpecHash = _kind.IdentityHash(entity.Spec),
            AttemptsBefore = RunPlans.AttemptsBefore(entity.Status),
        };
        var learned = Learned(entity, discovery, now);
        if (entity.Spec.Mode == RunMode.Plan)
        {
            if (await StoreListsAsync(entity, session, discovery, learned, now, cancellationToken) is not { } complete)
            {
                return session.PreflightNotBefore - now;
            }

            var ready = new RunStatusSummary(
                RunOutcomeKind.PlanReady,
                RunPhases.Planned,
                Reasons.PlanReady,
                $"Plan {plan.Hash} with {plan.Steps.Count} steps is in status.plan. Nothing was changed. "
                + "Set spec.mode: Apply to run it, and spec.approvedPlanHash to allow only this plan.");
            await StoreAsync(entity, complete, plan, ready, now, cancellationToken);
            return null;
        }

        if (entity.Spec.ApprovedPlanHash is { Length: > 0 } approved && approved != plan.Hash)
        {
            session.PreflightFailures = 0;
            session.PreflightNotBefore = now + _backoff.Delay(6);
            var changed = PlanChangedMessage.Compose(entity.Status?.Plan, plan, approved);
            await frame.WriteAsync(
                entity, learned with { Plan = entity.Status?.Plan }, changed, now, cancellationToken);
            return session.PreflightNotBefore - now;
        }

        if (await OccupiedAsync(
            entity, TargetOf(discovery), discovery.MustBeFree, cancellationToken) is var (occupied, occupant))
        {
            return await BusyAsync(entity, session, occupied, occupant, now, cancellationToken);
        }

        if (await StoreListsAsync(entity, session, discovery, learned, now, cancellationToken) is not { } whole)
        {
            return session.PreflightNotBefore - now;
        }

        var target = TargetOf(discovery);
        if (await _claims.ClaimAsync(
            target, entity.Entity, entity.Spec.AdoptTarget, keep: false, cancellationToken) is { } holder)
        {
            return await BusyAsync(entity, session, target, holder, now, cancellationToken);
        }

        session.ClaimSeen = true;
        entity = await frame.Store.AddFinalizerAsync(entity, Labels.UpgradeFinalizer, cancellationToken);
        var claimed = whole with
        {
            Target = whole.Target! with
            {
                Claim = target.Names(entity.Metadata.Namespace)[0],
                ClaimNamespace = _claims.Namespace,
            },
        };
        var running = new RunStatusSummary(
            RunOutcomeKind.Progressing, plan.Steps[0].Phase, Reasons.Running, plan.Steps[0].Title)
        {
            Step = plan.Steps[0].Id,
        };
        entity = await StoreAsync(entity, claimed, plan, running, now, cancellationToken);

        // Checked again: a run that started in the meantime holds its claim and checks for ours, so at least one of the
        // two sees the other.
        if (await OccupiedAsync(entity, target, discovery.MustBeFree, cancellationToken) is var (taken, late))
        {
            await _claims.ReleaseAsync(
                target.Names(entity.Metadata.Namespace), entity.Metadata.Uid!, cancellationToken);
            session.ClaimSeen = false;
            return await BusyAsync(entity, session, taken, late, now, cancellationToken);
        }

        return TimeSpan.FromMilliseconds(1);
    }

    // The learned status with its lists; null if they cannot be stored, which is then a finding.
    private async Task<RunStatus?> StoreListsAsync(
        RunObject entity,
        RunSession session,
        IRunDiscovery discovery,
        RunStatus learned,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        try
        {
            var whole = await discovery.StoreListsAsync(learned, cancellationToken);
            session.PreflightFailures = 0;
            return whole;
        }
        catch (ListUnavailableException exception)
        {
            var finding = new Finding { Reason = exception.Reason, Message = exception.Message };
            await FoundAsync(entity, session, [finding], now, cancellationToken);
            return null;
        }
    }

    private static ClaimTarget TargetOf(IRunDiscovery discovery) =>
        new(discovery.TargetIdentity, discovery.TargetAddresses);

    private RunStatus Learned(RunObject entity, IRunDiscovery discovery, DateTimeOffset now)
    {
        var before = entity.Status ?? _kind.NewStatus();
        return discovery.Learn(before, entity.Spec, now) with
        {
            Findings = [],
            Target = (before.Target ?? new TargetStatus()) with
            {
                Identity = discovery.TargetIdentity,
                Addresses = [.. TargetOf(discovery).Addresses],
                Description = discovery.TargetDescription,
            },
        };
    }

    // The holder of a part of the target, for example a restore, which claims each database individually.
    private async Task<(ClaimTarget Target, ClaimHolder Holder)?> OccupiedAsync(
        RunObject entity, ClaimTarget target, IReadOnlyList<string> mustBeFree, CancellationToken cancellationToken)
    {
        foreach (var identity in mustBeFree)
        {
            var part = target with { Identity = identity };
            if (await _claims.FindHolderAsync(part, entity.Entity, cancellationToken) is { IsGone: false } holder)
            {
                return (part, holder);
            }
        }

        return null;
    }

    private async Task<TimeSpan?> BusyAsync(
        RunObject entity,
        RunSession session,
        ClaimTarget target,
        ClaimHolder holder,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        session.PreflightFailures = 0;
        session.BusyTarget = target;
        session.PreflightNotBefore = now + LookForTarget;
        var waiting = (entity.Status ?? _kind.NewStatus()) with
        {
            Plan = null,
            Findings = [],
            Target = entity.Status?.Target is { } known ? known with { Claim = null, ClaimNamespace = null } : null,
        };
        await frame.WriteAsync(
            entity,
            waiting,
            TargetBusyMessage.Compose(RunPhases.Preflight, target.Identity, holder),
            now,
            cancellationToken);
        return LookForTarget;
    }

    private async Task<RunObject> StoreAsync(
        RunObject entity,
        RunStatus learned,
        Plan plan,
        RunStatusSummary summary,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        // Tokens that the object already has were not meant for a failure that has not happened yet.
        var stored = RunTokens.Use(learned with { Plan = plan, FinishedAt = null }, RunTokens.NewRetries(entity), now);
        return await frame.WriteAsync(entity, stored, summary, now, cancellationToken);
    }
}
