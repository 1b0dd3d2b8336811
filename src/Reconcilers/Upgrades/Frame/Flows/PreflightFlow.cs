namespace Drydock.Reconcilers.Upgrades;

/// <summary>From a new object to a stored plan: preflight, outside the reconcile and repeated until there are no
/// findings, then the claim on the target, then the plan. Nothing is changed on the target before the plan is in
/// status.</summary>
internal sealed class PreflightFlow(RunFrame frame)
{
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);
    private readonly RunKind _kind = frame.Kind;
    private readonly TargetClaims _claims = frame.Services.Claims;
    private readonly Backoff _backoff = new() { First = TimeSpan.FromSeconds(2) };

    /// <returns>When to continue without an event; null leaves it to events.</returns>
    public async Task<TimeSpan?> AdvanceAsync(RunReconcile run)
    {
        if (await IsAbortedAsync(run))
        {
            return run.Status.AbortedBy is null ? TimeSpan.FromMilliseconds(1) : null;
        }

        if (run.Spec.Mode == RunMode.Apply && frame.Due.RefuseStart(run.Spec.NotAfter) is { } late)
        {
            await run.WriteAsync(
                run.Status with { Findings = [] },
                new RunStatusSummary(RunOutcomeKind.Stalled, RunPhases.Preflight, late.Reason, late.Message));
            return late.Reason == Reasons.TooLate ? null : DueTime.Interval;
        }

        // Everything that users can change: a change starts the next pass at once. Back-off is for problems that may
        // resolve without a change.
        var session = run.Session;
        var key = $"{run.Metadata.Generation}|{session.AccessKey}";
        if (RunTokens.NewRetries(run.Entity) is { Count: > 0 } retries)
        {
            session.PreflightKey = null;
            await run.WriteAsync(RunTokens.Use(run.Status, retries, frame.Now));
        }

        if (session.Preflight is not { } pass)
        {
            return await BeginAsync(run, key);
        }

        if (!pass.IsCompleted)
        {
            return null;
        }

        session.Preflight = null;
        if (session.PreflightKey != key)
        {
            // The spec or a Secret changed during the pass.
            session.PreflightNotBefore = frame.Now;
            return TimeSpan.FromMilliseconds(1);
        }

        var result = await pass;
        if (result.Target is { } target && await AwaitedAsync(run, target) is { } holder)
        {
            // Findings on a target that another run is working on mean nothing.
            return await BusyAsync(run, target, holder);
        }

        return result.Discovery is { } discovery
            ? await PlanAsync(run, discovery)
            : await FoundAsync(run, result.Findings);
    }

    /// <summary>The second check of a run whose plan is stored and has not started, for a process that did not make the
    /// first one: its predecessor may have stopped between the two. Null if the target is free; otherwise the claim is
    /// released and the run waits for the target.</summary>
    public async Task<TimeSpan?> GiveWayAsync(RunReconcile run)
    {
        var status = run.Status;
        return status is { RollbackPlan: null, Plan: { } plan }
            && ClaimTarget.Of(status.Target) is { } target
            && !status.IsUpgraded()
            && !plan.HasEverBegun
            ? await GiveWayAsync(run, target, _kind.MustBeFree(target.Identity, plan))
            : null;
    }

    private async Task<TimeSpan?> GiveWayAsync(RunReconcile run, ClaimTarget target, IReadOnlyList<string> mustBeFree)
    {
        if (await OccupiedAsync(run, target, mustBeFree) is not var (taken, holder))
        {
            return null;
        }

        return await BusyAsync(run, taken, holder);
    }

    private async Task<TimeSpan?> BeginAsync(RunReconcile run, string key)
    {
        var session = run.Session;
        if (session.PreflightKey == key)
        {
            if (session.PreflightNotBefore - frame.Now is { Ticks: > 0 } wait)
            {
                return wait;
            }

            if (session.BusyTarget is { } awaited && await AwaitedAsync(run, awaited) is { } still)
            {
                return await BusyAsync(run, awaited, still);
            }
        }

        session.BusyTarget = null;
        session.PreflightFailures = session.PreflightKey == key ? session.PreflightFailures : 0;
        session.PreflightKey = key;

        // The findings of a stalled preflight stay in status until the next pass has finished.
        if (run.Status.Findings.Count == 0 || run.Status.ObservedGeneration != run.Metadata.Generation)
        {
            var summary = new RunStatusSummary(
                RunOutcomeKind.Progressing,
                RunPhases.Preflight,
                Reasons.Preflight,
                $"Checking {_kind.Examines}. Nothing is changed.");
            await run.WriteAsync(run.Status, summary);
        }

        session.Preflight = PassAsync(run);
        return null;
    }

    // One pass over the targets, within spec.timeouts.preflight.
    private Task<PreflightResult<IRunDiscovery>> PassAsync(RunReconcile run)
    {
        var spec = run.Spec;
        var timeout = _kind.PreflightTimeout(spec);
        return run.BesideAsync(
            timeout,
            (targets, token) => spec.Window is { } window && !WindowClock.IsKnown(window)
                ? Task.FromResult(Found(new Finding
                {
                    Reason = Reasons.InvalidSpec,
                    Field = "spec.window.timeZone",
                    Message = $"Unknown time zone '{window.TimeZone}' in spec.window.timeZone. "
                        + "Use an IANA name such as Asia/Shanghai.",
                }))
                : targets.PreflightAsync(token),
            (targets, exception) => Found(exception is OperationCanceledException
                ? new Finding
                {
                    Reason = Reasons.StepTimeout,
                    Message = $"Preflight did not finish within {timeout} (spec.timeouts.preflight). A target answers "
                        + "too slowly.",
                }
                : new Finding
                {
                    Reason = Reasons.InternalError,
                    Message = targets.Redact($"Preflight failed unexpectedly: {exception.Message}"),
                }),
            frame.PassesOf(run.Metadata.Namespace));

        static PreflightResult<IRunDiscovery> Found(Finding finding) => new(null, [finding]);
    }

    // The holder of the target that must be awaited; null if there is none, or if it was deleted and may be succeeded.
    private async Task<ClaimHolder?> AwaitedAsync(RunReconcile run, ClaimTarget target) =>
        await _claims.FindHolderAsync(target, run.Entity.Entity, run.CancellationToken) is { } holder
            && !(holder.IsGone && run.Spec.AdoptTarget)
            ? holder
            : null;

    // Before a plan is stored nothing was changed, so nothing must be undone or finished.
    private async Task<bool> IsAbortedAsync(RunReconcile run)
    {
        var now = frame.Now;
        if (RunTokens.NewAbort(run.Entity) is { } token)
        {
            var message = $"The run was aborted by {Annotations.Abort}={token} before anything was changed. "
                + $"Set {RunMessages.Retry} to restart from preflight.";
            await run.WriteAsync(
                RunTokens.Abort(run.Spec, run.Status, token, now) with { Findings = [] },
                new RunStatusSummary(RunOutcomeKind.Stalled, RunPhases.Failed, Reasons.Aborted, message, Failed: true));
            return true;
        }

        if (run.Status.AbortedBy is null)
        {
            return false;
        }

        if (RunTokens.NewRetries(run.Entity) is { Count: > 0 } retries)
        {
            await run.WriteAsync(
                frame.Projection.NewAttempt(run.Entity, RunTokens.TakeUp(run.Status, retries, now), now));
        }

        return true;
    }

    private async Task<TimeSpan?> FoundAsync(RunReconcile run, IReadOnlyList<Finding> findings)
    {
        var (session, now) = (run.Session, frame.Now);
        session.PreflightFailures++;
        var clean = findings.Select(f => f with { Message = session.Targets.Redact(f.Message) }).ToList();
        var arrivesBy = ArrivalTime.EndsAt(run.Metadata, clean, now);
        var next = now + _backoff.Delay(session.PreflightFailures);
        session.PreflightNotBefore = arrivesBy < next ? arrivesBy.Value : next;
        await run.WriteAsync(run.Status with { Findings = clean }, RunMessages.Found(clean, arrivesBy));
        return session.PreflightNotBefore - now;
    }

    private async Task<TimeSpan?> PlanAsync(RunReconcile run, IRunDiscovery discovery)
    {
        var (session, now) = (run.Session, frame.Now);
        var identity = _kind.IdentityOf(run.Spec);
        var plan = Acceptances.WithNote(_kind, discovery.Compile(run.Entity.Written)) with
        {
            CompiledAt = now,
            SpecHash = FieldClasses.Hash(identity),
            Identity = SpecIdentity.Of(identity),
        };
        var target = new ClaimTarget(discovery.TargetIdentity, discovery.TargetAddresses);
        var isShown = run.Spec.Mode == RunMode.Plan;
        var isRefused = run.Spec.ApprovedPlanHash is { Length: > 0 } approved && approved != plan.Hash;
        var known = await ReleaseFormerAsync(run, isShown || isRefused ? null : target);
        var learned = discovery.Learn(run.Status, run.Spec, now) with
        {
            Findings = [],
            Target = known with
            {
                Identity = target.Identity,
                Addresses = [.. target.Addresses],
                Description = discovery.TargetDescription,
            },
        };
        if (isShown)
        {
            if (await StoreListsAsync(run, discovery, learned) is not { } complete)
            {
                return session.PreflightNotBefore - now;
            }

            var ready = new RunStatusSummary(
                RunOutcomeKind.PlanReady,
                RunPhases.Planned,
                Reasons.PlanReady,
                $"Plan {plan.Hash} with {plan.Steps.Count} steps is in status.plan. Nothing was changed. "
                + "Set spec.mode: Apply to run it, and spec.approvedPlanHash to allow only this plan.");
            await StoreAsync(run, complete, plan, ready);
            return null;
        }

        if (isRefused)
        {
            session.PreflightFailures = 0;
            session.PreflightNotBefore = now + _backoff.Delay(6);
            await run.WriteAsync(
                learned with { Plan = run.Status.Plan },
                RunMessages.PlanChanged(run.Status.Plan, plan, run.Spec.ApprovedPlanHash!));
            return session.PreflightNotBefore - now;
        }

        if (await OccupiedAsync(run, target, discovery.MustBeFree) is var (occupied, occupant))
        {
            return await BusyAsync(run, occupied, occupant);
        }

        if (await StoreListsAsync(run, discovery, learned) is not { } whole)
        {
            return session.PreflightNotBefore - now;
        }

        // Recorded before it is claimed: a deletion then releases the claim whenever this process ends.
        await run.AddFinalizerAsync();
        await run.WriteAsync(run.Status with { Target = whole.Target });
        if (await _claims.ClaimAsync(
            target, run.Entity.Entity, run.Spec.AdoptTarget, keep: false, run.CancellationToken) is { } holder)
        {
            return await BusyAsync(run, target, holder);
        }

        session.ClaimSeen = true;
        var first = plan.Steps[0];
        var running = new RunStatusSummary(
            RunOutcomeKind.Progressing, first.Phase, Reasons.Running, first.Title, first.Id);
        await StoreAsync(run, whole with { Target = _claims.Claimed(whole.Target!, run.Metadata) }, plan, running);

        // Checked again: a run that started in the meantime holds its claim and checks for ours, so at least one of the
        // two sees the other.
        return await GiveWayAsync(run, target, discovery.MustBeFree) ?? TimeSpan.FromMilliseconds(1);
    }

    // An attempt that was undone keeps its claim for the next one, which may have found another target, or is only
    // shown. Returns the target as the status has it.
    private async Task<TargetStatus> ReleaseFormerAsync(RunReconcile run, ClaimTarget? target)
    {
        var (known, space) = (run.Status.Target ?? new TargetStatus(), run.Metadata.Namespace);
        var others = (ClaimTarget.Of(known)?.Names(space) ?? [])
            .Except(target?.Names(space) ?? [], StringComparer.Ordinal)
            .ToList();
        await _claims.ReleaseAsync(others, run.Metadata.Uid!, run.CancellationToken);
        return others.Count > 0 ? known with { Claim = null, ClaimNamespace = null } : known;
    }

    // The learned status with its lists; null if they cannot be stored, which is then a finding.
    private async Task<RunStatus?> StoreListsAsync(RunReconcile run, IRunDiscovery discovery, RunStatus learned)
    {
        try
        {
            var whole = await discovery.StoreListsAsync(learned, run.CancellationToken);
            run.Session.PreflightFailures = 0;
            return whole;
        }
        catch (ListUnavailableException exception)
        {
            await FoundAsync(run, [new Finding { Reason = exception.Reason, Message = exception.Message }]);
            return null;
        }
    }

    // The holder of a part of the target, for example a restore, which claims each database individually.
    private async Task<(ClaimTarget Target, ClaimHolder Holder)?> OccupiedAsync(
        RunReconcile run, ClaimTarget target, IReadOnlyList<string> mustBeFree)
    {
        foreach (var identity in mustBeFree)
        {
            var part = target with { Identity = identity };
            if (await _claims.FindHolderAsync(part, run.Entity.Entity, run.CancellationToken)
                is { IsGone: false } holder)
            {
                return (part, holder);
            }
        }

        return null;
    }

    private async Task<TimeSpan?> BusyAsync(RunReconcile run, ClaimTarget target, ClaimHolder holder)
    {
        if (run.Status.Target is { Claim: not null } claimed)
        {
            await run.ReleaseClaimAsync(claimed);
        }

        run.Session.PreflightFailures = 0;
        run.Session.BusyTarget = target;
        run.Session.PreflightNotBefore = frame.Now + LookForTarget;
        var waiting = run.Status with
        {
            Plan = null,
            Findings = [],
            Target = run.Status.Target is { } known ? known with { Claim = null, ClaimNamespace = null } : null,
        };
        await run.WriteAsync(waiting, RunMessages.TargetBusy(RunPhases.Preflight, target.Identity, holder));
        return LookForTarget;
    }

    private static Task StoreAsync(RunReconcile run, RunStatus learned, Plan plan, RunStatusSummary summary) =>
        run.WriteAsync(learned with { Plan = plan, FinishedAt = null }, summary);
}
