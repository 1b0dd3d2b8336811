namespace Drydock.Reconcilers.Upgrades;

/// <summary>Starts a rollback: checks whether it is possible, compiles it from the steps that were really done, and
/// stores it.</summary>
internal sealed class RollbackFlow(RunFrame frame) : Flow(frame)
{
    private const string Repair = "Repair this and the rollback starts automatically, or";
    private static readonly TimeSpan ObstacleInterval = TimeSpan.FromMinutes(1);
    private readonly RunKind _kind = frame.Kind;
    private readonly TimeProvider _time = frame.Services.Time;

    /// <summary>The state to report if a rollback is requested that is never possible; null if it may be.</summary>
    public RunOutcome? Refused(RunObject entity) =>
        _kind.Rollback.Refusal(entity.Spec, entity.Status!.Plan!) is { } refusal
            ? Unavailable(RollbackCause.Request, Sentences.Join(
                $"A rollback is not possible: {refusal}",
                $"Nothing is started. To continue without a rollback, {RunMessages.ToCancel(entity)}."))
            : null;

    /// <summary>Compiles the rollback once the targets were read beside the reconcile, for the object as it is
    /// now.</summary>
    public Decision Begin(Turn turn, RollbackCause cause)
    {
        var session = turn.Session;
        if (session.RollbackLook is { IsCompleted: false })
        {
            return Decision.Waits;
        }

        var key = KeyOf(turn, cause);
        if (session.RollbackLook?.Result is not { } look
            || look.Key != key
            || _time.GetElapsedTime(look.ReadAt) >= ObstacleInterval)
        {
            return Decision.Do(Look(turn, key, cause), begun =>
            {
                session.RollbackLook = begun;
                return Decision.Waits;
            });
        }

        var before = look.Traced is null ? turn.Status : turn.Status with { Plan = look.Traced };
        before = before with
        {
            FormerPlans = [.. before.FormerPlans.Concat(look.Outdated?.Unknown ?? []).TakeLast(SchemaLimits.History)],
        };
        if (look.IsOutdated && turn.Spec.DesiredState == DesiredState.RolledBack)
        {
            // Asked for, also if the object is being deleted.
            cause = RollbackCause.Request;
        }

        var refusal = _kind.Rollback.Refusal(turn.Spec, before.Plan!);
        if (refusal is not null && cause != RollbackCause.Deletion)
        {
            // The status knows it from now on: nothing is started while a rollback is wanted, and a retry continues.
            return Decision.Write(before, static _ => Decision.AtOnce);
        }

        if ((refusal ?? Unasked(turn.Status.Plan!, look, cause) ?? look.Obstacle) is { } obstacle)
        {
            return Wait(obstacle);
        }

        Plan back;
        try
        {
            back = Compile(turn.Spec, before, cause, look) with
            {
                CompiledAt = turn.Now,
                Why = RunMessages.Because(turn.Entity, cause),
                SpecHash = before.Plan!.SpecHash,
            };
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException)
        {
            // This operator cannot read a step that has begun, so its rollback would miss what the step left.
            return Wait(session.Targets.Redact(exception.Message));
        }

        session.RollbackLook = null;
        var turned = (cause == RollbackCause.Abort ? before : RunTokens.Resume(before)) with
        {
            RollbackPlan = PlanProgress.Of(back),
        };
        if (back.Steps.Count == 0)
        {
            return Decision.Write(
                Projection.Over(turn.Entity, turned, PlanKind.Rollback, turn.Now), static _ => Decision.Over);
        }

        var message = Sentences.Join(
            RunMessages.Because(turn.Entity, cause),
            $"The rollback plan {Word.Prefix(back.Hash)} has {Sentences.Count(back.Steps.Count, "step", "steps")}.");
        var begins = new RunOutcome(
            RunState.Working, RunPhases.RollingBack, RunMessages.Reason(cause), message, back.Steps[0].Id);
        return Report(turn, turned, begins, static _ => Decision.AtOnce);

        Decision Wait(string obstacle)
        {
            var summary = Unavailable(cause, Sentences.Join(
                $"A rollback is not possible now: {obstacle}",
                $"Nothing is started. {(refusal is null ? Repair : "Otherwise,")} "
                + $"{RunMessages.WithoutRollback(turn.Entity, cause)}"));
            var left = ObstacleInterval - _time.GetElapsedTime(look.ReadAt);
            return Report(turn, turn.Status, summary, _ => Decision.Again(left));
        }
    }

    // Why what the status does not know of is not taken back yet; null if it may be, or if there is nothing.
    private static string? Unasked(PlanProgress known, RollbackLook look, RollbackCause cause)
    {
        var unknown = look.Traced?.Steps.Find(s => s.HasEverBegun && !known.Step(s.Id)!.HasEverBegun);
        return !look.IsOutdated || cause == RollbackCause.Request ? null
            : look.Traced is null ? look.Outdated!.Message
            : $"the status is older than the targets (it does not know of {unknown?.Id}); only "
                + $"spec.desiredState: {nameof(DesiredState.RolledBack)} stops or restores something then";
    }

    // Changes with everything that the result of a look depends on. Messages of steps that wait do not count.
    private static string KeyOf(Turn turn, RollbackCause cause) => string.Join('|', [
        $"{turn.Metadata.Generation} {turn.Session.AccessKey} {cause}",
        .. turn.Status.Plans.SelectMany(p => p.Steps.Select(s => $"{s.State} {s.Attempt}")
            .Concat(p.Guards.Select(g => $"{g.Record.Violations.Count}"))
            .Append($"{p.Hash} {p.Tag}")),
    ]);

    // Not in the reconcile: a host that hangs must not keep other objects waiting.
    private Beside<RollbackLook> Look(Turn turn, string key, RollbackCause cause)
    {
        var (status, limit, time) = (turn.Status, turn.Spec.PreflightLimit(), _time);
        return new Beside<RollbackLook>(
            limit,
            async (targets, token) =>
            {
                var plan = await targets.ReadTracesAsync(status.Plan!, token);
                var traced = ReferenceEquals(plan, status.Plan) ? null : plan;
                var seen = status with { Plan = plan };

                // An abort stops and restores nothing of what a later plan did.
                var outdated = cause == RollbackCause.Abort
                    ? null
                    : await targets.FindOutdatedAsync(plan, isRedo: false, token);
                var isUnreadable = outdated is not null && outdated.Reason != Reasons.StatusOutdated;
                var obstacle = isUnreadable ? outdated!.Message : await targets.FindObstacleAsync(seen, token);
                var look = new RollbackLook(
                    key, time.GetTimestamp(), traced, isUnreadable ? null : outdated, obstacle, Notes: []);
                return obstacle is null && (look.IsOutdated || status.IsUpgraded())
                    ? look with { Notes = await targets.RollbackNotesAsync(seen, token) }
                    : look;
            },
            (targets, exception) => new RollbackLook(
                key, time.GetTimestamp(), Traced: null, Outdated: null,
                exception is TimeoutException
                    ? $"the targets did not answer within {limit} (spec.timeouts.preflight)"
                    : targets.Redact(exception.Message),
                Notes: []));
    }

    private Plan Compile(RunSpec spec, RunStatus status, RollbackCause cause, RollbackLook look) =>
        _kind.Rollback.Compile(
            spec,
            new RollbackBasis(status.Plan!)
            {
                AfterSuccess = look.IsOutdated || status.IsUpgraded(),
                Status = status,
                Unattended = cause == RollbackCause.Deletion,
                Notes = look.Notes,
            });

    private static RunOutcome Unavailable(RollbackCause cause, string message) => new(
        cause == RollbackCause.Failure ? RunState.Failed : RunState.Stalled,
        RunPhases.RollingBack,
        Reasons.RollbackUnavailable,
        message);
}

/// <summary>What the targets showed before a rollback is compiled.</summary>
/// <param name="Key">What the object was like for which they were read.</param>
/// <param name="ReadAt">When, by the monotonic clock.</param>
/// <param name="Traced">The plan with what was done without the status; null if that knows all.</param>
/// <param name="Obstacle">Why a rollback is not possible now; null if it is.</param>
internal sealed record RollbackLook(
    string Key, long ReadAt, PlanProgress? Traced, Blocker? Outdated, string? Obstacle, IReadOnlyList<string> Notes)
{
    /// <summary>Whether the targets have gone further than the status.</summary>
    public bool IsOutdated => Traced is not null || Outdated is not null;
}
