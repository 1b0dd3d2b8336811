namespace Drydock.Reconcilers.Upgrades;

/// <summary>From a new object to a stored plan: preflight, outside the reconcile and repeated until there are no
/// findings, then the claim on the target, then the plan. Nothing is changed on the target before the plan is in
/// status.</summary>
/// <param name="unchanged">Ends a run of which a rollback is wanted, and whose target is as it was before.</param>
internal sealed class PreflightFlow(RunFrame frame, Func<Turn, Decision> unchanged) : Flow(frame)
{
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);

    // A plan that waits for an approval is compiled again from time to time.
    private static readonly TimeSpan LookWhileHeld = TimeSpan.FromMinutes(10);
    private readonly RunKind _kind = frame.Kind;
    private readonly Backoff _backoff = new() { First = TimeSpan.FromSeconds(2) };

    public Decision Advance(Turn turn)
    {
        // The status may be older than the target: only a look says that there is nothing to roll back.
        if (IsUndone(turn))
        {
            return Check(turn);
        }

        if (turn.Status.AbortedBy is not null || RunTokens.NewAbort(turn.Entity) is not null)
        {
            return Aborted(turn);
        }

        if (turn.Due.RefuseStart(turn.Spec.NotAfter) is { } late)
        {
            return Report(
                turn,
                turn.Status with { Findings = [] },
                new RunOutcome(RunState.Stalled, RunPhases.Preflight, late.Reason, late.Message),
                _ => Decision.Again(late.Reason == Reasons.TooLate ? null : DueTime.Interval));
        }

        if (RunTokens.NewRetries(turn.Entity) is not { Count: > 0 } retries)
        {
            return Check(turn);
        }

        turn.Session.PreflightKey = null;
        return Decision.Write(RunTokens.Use(turn.Status, retries, turn.Now), Check);
    }

    /// <summary>The second check of a run whose plan is stored and has not started, for a process that did not make the
    /// first one: its predecessor may have stopped between the two. If the target is not free, the claim is released
    /// and the run waits for the target.</summary>
    public Decision GiveWay(Turn turn, Func<Decision> next)
    {
        var status = turn.Status;
        return status is { RollbackPlan: null, Plan: { } plan }
            && ClaimTarget.Of(status.Target) is { } target
            && !status.IsUpgraded()
            && !plan.HasEverBegun
            ? Free(turn, target, _kind.MustBeFree(target.Identity, plan), next)
            : next();
    }

    // The parts of the target are free, which a restore, for example, claims individually.
    private Decision Free(Turn turn, ClaimTarget target, IReadOnlyList<string> parts, Func<Decision> next) =>
        Decision.Do(
            new HolderOf([.. parts.Select(part => target with { Identity = part })], OfThoseThere: true),
            found => found is var (taken, holder) ? Busy(turn, taken, holder) : next());

    // Everything that users can change: a change starts the next pass at once. Back-off is for problems that may
    // resolve without a change.
    internal static string KeyOf(Turn turn) =>
        $"{turn.Metadata.Generation}|{turn.Session.AccessKey}|{HasWord(turn.Status)}|{IsUndone(turn)}";

    // Whether the plan that is shown was approved.
    private static bool HasWord(RunStatus status) =>
        status.Plan is { } plan && RunTokens.Approved(status, plan).Contains(HoldMatcher.Plan);

    private Decision Check(Turn turn)
    {
        var session = turn.Session;
        if (session.Preflight is not { } pass)
        {
            return Begin(turn);
        }

        if (!pass.IsCompleted)
        {
            return Decision.Waits;
        }

        session.Preflight = null;
        if (session.PreflightKey != KeyOf(turn))
        {
            // The spec or a Secret changed during the pass.
            session.PreflightNotBefore = turn.Now;
            return Decision.AtOnce;
        }

        // Findings on a target that another run is working on mean nothing.
        var result = pass.Result;
        return result.Target is { } target ? Awaited(turn, target, Read) : Read();

        Decision Read() => result.Discovery is not { } discovery ? Found(turn, result.Findings)
            : IsUndone(turn) ? unchanged(turn)
            : Plan(turn, discovery);
    }

    private static bool IsUndone(Turn turn) => turn.Spec.DesiredState == DesiredState.RolledBack;

    private Decision Begin(Turn turn)
    {
        var (session, key) = (turn.Session, KeyOf(turn));
        if (session.PreflightKey == key)
        {
            if (session.PreflightNotBefore - turn.Now is { Ticks: > 0 } wait)
            {
                return Decision.Again(wait);
            }

            if (session.BusyTarget is { } awaited)
            {
                return Awaited(turn, awaited, Look);
            }
        }

        return Look();

        Decision Look()
        {
            session.BusyTarget = null;
            session.PreflightFailures = session.PreflightKey == key ? session.PreflightFailures : 0;
            session.PreflightKey = key;

            // The findings of a stalled preflight stay in status until the next pass has finished, and so does a plan
            // that waits for an approval.
            if ((turn.Status.Findings.Count > 0 || turn.Status.Holds.Count > 0)
                && turn.Status.ObservedGeneration == turn.Metadata.Generation)
            {
                return Pass(turn);
            }

            var summary = new RunOutcome(
                RunState.Working,
                RunPhases.Preflight,
                Reasons.Preflight,
                $"Checking {_kind.Names.Examines}. Nothing is changed.");
            return Report(turn, turn.Status, summary, Pass);
        }
    }

    // One pass over the targets, within spec.timeouts.preflight.
    private Decision Pass(Turn turn)
    {
        var spec = turn.Spec;
        var timeout = spec.PreflightLimit();
        var look = new Beside<PreflightResult<IRunDiscovery>>(
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
            (_, exception) => Found(exception is TimeoutException
                ? new Finding
                {
                    Reason = Reasons.StepTimeout,
                    Message = $"Preflight did not finish within {timeout} (spec.timeouts.preflight). A target answers "
                        + "too slowly.",
                }
                : Unexpected(exception)),
            Frame.PassesOf(turn.Metadata.Namespace));
        return Decision.Do(look, begun =>
        {
            turn.Session.Preflight = begun;
            return Decision.Waits;
        });

        Finding Unexpected(Exception exception)
        {
            RunLog.Unexpected(Frame, turn.Metadata, exception);
            return new Finding
            {
                Reason = Reasons.InternalError,
                Message = "Preflight failed unexpectedly; the operator's log has the cause.",
            };
        }

        static PreflightResult<IRunDiscovery> Found(Finding finding) => new(null, [finding]);
    }

    // A holder that was deleted may be succeeded.
    private Decision Awaited(Turn turn, ClaimTarget target, Func<Decision> next) => Decision.Do(
        new HolderOf(target),
        found => found is var (taken, holder)
            && !(holder.IsGone && holder.Uid == turn.Metadata.Annotation(Annotations.Adopt))
            ? Busy(turn, taken, holder)
            : next());

    // Before a plan is stored nothing was changed, so nothing must be undone or finished.
    private Decision Aborted(Turn turn)
    {
        if (RunTokens.NewAbort(turn.Entity) is { } token)
        {
            var message = $"The run was aborted by {Annotations.Abort}={token} before anything was changed. "
                + $"Set {RunMessages.Retry} to restart from preflight.";
            return Report(
                turn,
                RunTokens.Abort(turn.Spec, turn.Status, token, turn.Now) with { Findings = [] },
                new RunOutcome(RunState.Failed, RunPhases.Failed, Reasons.Aborted, message),
                static _ => Decision.Waits);
        }

        if (RunTokens.NewRetries(turn.Entity) is not { Count: > 0 } retries)
        {
            return Decision.Waits;
        }

        var again = RunTokens.TakeUp(turn.Status, retries, turn.Now);
        return Decision.Write(
            Projection.NewAttempt(turn.Entity, again, turn.Now), static _ => Decision.AtOnce);
    }

    private Decision Found(Turn turn, IReadOnlyList<Finding> findings)
    {
        var (session, now) = (turn.Session, turn.Now);
        session.PreflightFailures++;
        var clean = findings.Select(f => f with { Message = session.Targets.Redact(f.Message) }).ToList();
        var arrivesBy = ArrivalTime.EndsAt(turn.Metadata, clean, now);
        var next = now + _backoff.Delay(session.PreflightFailures);
        session.PreflightNotBefore = arrivesBy < next ? arrivesBy.Value : next;
        return Report(
            turn,
            turn.Status with { Findings = clean },
            RunMessages.Found(clean, arrivesBy, IsUndone(turn)),
            _ => Decision.Again(session.PreflightNotBefore - now));
    }

    private Decision Plan(Turn turn, IRunDiscovery discovery)
    {
        var identity = _kind.Form.IdentityOf(turn.Entity.Written);
        var plan = discovery.Compile(turn.Entity.Written) with
        {
            CompiledAt = turn.Now,
            SpecHash = FieldClasses.Hash(identity),
            Identity = SpecIdentity.Of(identity),
        };
        if (turn.Status.Plan is { } shown)
        {
            plan = plan with { Why = shown.Hash == plan.Hash ? shown.Plan.Why : RunMessages.Why(shown, plan) };
        }

        if (PlanBudget.Problem(plan) is { } problem)
        {
            return Found(turn, [problem]);
        }

        var target = new ClaimTarget(discovery.TargetIdentity, discovery.TargetAddresses);

        // An attempt that was undone keeps its claim for the next one, unless that found another target or waits for an
        // approval.
        var isApproved = turn.Spec.Approval == ApprovalPolicy.Automatic
            || (turn.Status.Plan?.Hash == plan.Hash && HasWord(turn.Status));
        var known = turn.Status.Target ?? new TargetStatus();
        var former = (ClaimTarget.Of(known)?.Names(turn.Metadata.Namespace) ?? [])
            .Except(isApproved ? target.Names(turn.Metadata.Namespace) : [], StringComparer.Ordinal)
            .ToList();
        var learned = discovery.Learn(turn.Status, turn.Spec, turn.Now) with
        {
            Findings = [],
            Target = known with
            {
                Identity = target.Identity,
                Addresses = [.. target.Addresses],
                Databases = [.. plan.Steps.SelectMany(StepArguments.DatabasesOf).Distinct(StringComparer.Ordinal)],
                Description = discovery.TargetDescription,
                Claim = former.Count > 0 ? null : known.Claim,
                ClaimNamespace = former.Count > 0 ? null : known.ClaimNamespace,
            },
        };
        return Decision.Do(new Release(former), _ =>
            !isApproved ? StoreLists(turn, discovery, learned, whole => Hold(turn, whole, plan))
            : Free(turn, target, discovery.MustBeFree, () =>
                StoreLists(turn, discovery, learned, whole => Claim(turn, discovery, target, whole, plan))));
    }

    // Without a claim, so that no other run waits for what may never be approved.
    private Decision Hold(Turn turn, RunStatus whole, Plan plan)
    {
        var shown = Projection.Numbered(
            turn.Status, whole with { Plan = PlanProgress.Of(plan), FinishedAt = null });
        var held = new RunOutcome(
            RunState.Held, RunPhases.Planned, Reasons.PlanReady, RunMessages.PlanReady(plan))
        {
            Held = true,
            Holds = [new StepHold(HoldMatcher.Plan, Word.For(HoldMatcher.Plan, shown.Plan!))],
        };
        turn.Session.PreflightNotBefore = turn.Now + LookWhileHeld;
        return Report(turn, shown, held, static _ => Decision.Again(LookWhileHeld));
    }

    // The target is recorded before it is claimed: a deletion then releases the claim whenever this process ends. It is
    // checked again afterwards: a run that started in the meantime holds its claim and checks for ours, so at least one
    // of the two sees the other.
    private Decision Claim(Turn turn, IRunDiscovery discovery, ClaimTarget target, RunStatus whole, Plan plan)
    {
        var first = plan.Steps[0];
        var running = new RunOutcome(
            RunState.Working, first.Phase, Reasons.Running, Sentences.UnderWay(first.Title), first.Id);
        return Decision.TakeFinalizer(taken =>
            Decision.Write(taken.Status with { Target = whole.Target }, recorded =>
                Decision.Do(new ClaimOf(target, Keep: false), holder =>
                {
                    if (holder is not null)
                    {
                        return Busy(recorded, target, holder);
                    }

                    recorded.Session.ClaimSeen = true;
                    var claimed = Frame.Services.Claims.Claimed(whole.Target!, recorded.Metadata);
                    var ready = whole with { Target = claimed, Plan = PlanProgress.Of(plan), FinishedAt = null };
                    return Report(recorded, ready, running, stored =>
                        Free(stored, target, discovery.MustBeFree, static () => Decision.AtOnce));
                })));
    }

    // The learned status with its lists; what cannot be stored is a finding.
    private Decision StoreLists(
        Turn turn, IRunDiscovery discovery, RunStatus learned, Func<RunStatus, Decision> next) =>
        Decision.Do(new StoreLists(discovery, learned), stored =>
        {
            if (stored.Trouble is { } trouble)
            {
                return Found(turn, [trouble]);
            }

            turn.Session.PreflightFailures = 0;
            return next(stored.Whole!);
        });

    private Decision Busy(Turn turn, ClaimTarget target, ClaimHolder holder)
    {
        turn.Session.PreflightFailures = 0;
        turn.Session.BusyTarget = target;
        turn.Session.PreflightNotBefore = turn.Now + LookForTarget;
        return turn.Status.Target is { Claim: not null } claimed
            ? Decision.Do(Upgrades.Release.Of(turn, claimed), _ => Wait())
            : Wait();

        Decision Wait() => Report(
            turn,
            turn.Status with
            {
                Findings = [],
                Target = turn.Status.Target is { } known ? known with { Claim = null, ClaimNamespace = null } : null,
            },
            RunMessages.TargetBusy(RunPhases.Preflight, target.Identity, holder),
            static _ => Decision.Again(LookForTarget));
    }
}
