namespace Drydock.Reconcilers.Upgrades;

/// <summary>An advance of one plan with the engine, and what it reports.</summary>
/// <param name="StartNothingBecause">Why nothing may be started; null lets it start.</param>
/// <param name="Adjust">Changes the state that is reported.</param>
internal sealed record PlanAdvance(
    PlanKind Slot, string? StartNothingBecause, Func<RunOutcome, RunOutcome> Adjust)
{
    /// <summary>The advance, after the warnings about annotations that cannot be read whole.</summary>
    public static Decision Decide(
        Turn turn,
        PlanKind slot,
        string? startNothingBecause,
        Func<RunOutcome, RunOutcome> adjust,
        Func<Turn, RunOutcome, Decision> next)
    {
        // Once per value of the annotation.
        return RunTokens.Unread(turn.Metadata) is { } unread && turn.Session.Told.Add(unread)
            ? Decision.Warn(Reasons.ApprovalIgnored, unread, Advance)
            : Advance();

        Decision Advance() => Decision.Advance(new PlanAdvance(slot, startNothingBecause, adjust), next);
    }

    /// <param name="writeAsync">Writes a status over the version of the turn; if the second argument is true, also one
    /// that does not differ.</param>
    public async Task<RunOutcome> RunAsync(
        RunFrame frame,
        Turn turn,
        Func<RunStatus, bool, CancellationToken, Task<Turn>> writeAsync,
        CancellationToken cancellationToken)
    {
        var (session, kind, before, now) = (turn.Session, turn.Kind, turn.Status, turn.Now);
        var former = before.PlanOf(Slot)!;

        // While nothing may be started, tokens and acceptances are kept for later.
        var retries = StartNothingBecause is null ? RunTokens.NewRetries(turn.Entity) : [];
        var failing = former.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown);
        var seen = retries.Count == 0 ? before
            : frame.Projection.Numbered(before, failing
                ? RunTokens.TakeUp(before, retries, now)
                : RunTokens.Use(before, retries, now));
        var plan = seen.PlanOf(Slot)!;
        var engine = await session.RunAsync(Slot, plan);
        var controls = Controls(turn, plan, seen) with
        {
            StartNothingBecause = StartNothingBecause,
            Retry = retries.Count > 0 && failing,
            Accepted = StartNothingBecause is null
                ? Acceptances.Accepted(RunWords.Admitted(turn.Entity, WordKind.Acceptance), former)
                : [],
            AccessChanged = failing && session.FailedWith is { } access && access != session.AccessKey,
        };
        var outcome = await engine.AdvanceAsync(
            plan, controls, Environment(frame, turn), SaveAsync, cancellationToken);
        session.FailedWith = outcome.State is RunState.Failed or RunState.OutcomeUnknown ? session.AccessKey : null;
        return outcome;

        async Task SaveAsync(PlanProgress next, RunOutcome came, CancellationToken token)
        {
            var used = StartNothingBecause is null
                ? Acceptances.Record(turn.Steps, turn.Entity, seen, former, next, now)
                : seen;

            var status = frame.Projection.Compose(turn.Entity, used, Slot, next, came, now, Adjust);
            var written = await writeAsync(status, came.Acts, token);
            session.Targets.Refresh(written.Entity.Entity);
        }
    }

    private RunControls Controls(Turn turn, PlanProgress plan, RunStatus seen)
    {
        var (entity, spec, kind) = (turn.Entity, turn.Spec, turn.Kind);
        var holds = kind.Holds.Of(spec, plan);
        var approved = RunTokens.Approved(seen, plan);
        var implied = Slot == PlanKind.Upgrade ? kind.Holds.Implied(spec, plan) : null;
        holds.UnionWith(implied is null ? [] : [implied.Step]);

        // A rollback never waits for the window.
        var units = Slot == PlanKind.Upgrade && spec.Window is { } window
            ? new UnitWindow(turn.Steps, seen.Plans, plan, window, turn.Now)
            : null;
        return new RunControls
        {
            Paused = spec.Paused,
            HowToResume = ControlAnnotations.HowToResume(entity.Metadata, entity.Written.Paused),
            HoldBefore = holds,
            HowToRelease = name => HowToRelease(turn, plan, name),
            ImpliedHold = implied?.Step,
            ImpliedBecause = implied is null ? null : Sentences.Close(implied.Because),
            Approved = approved,
            MaxParallelNodes = spec.MaxParallelNodes,
            PhaseOpensAt = units is null ? static _ => null : units.OpensAt,
            OnlyUnitsWait = turn.Steps.IsPastUndo(plan),
            ClosedBecause = units is null ? static _ => "" : units.ClosedBecause,
            TimeoutOf = step => turn.Steps.TimeLimit(spec, step),
        };
    }

    private static string HowToRelease(Turn turn, PlanProgress plan, string name)
    {
        if (turn.Entity.Written.HoldBefore is null && turn.Kind.Holds.Place(plan, HoldMatcher.FirstChange) == name)
        {
            return "set spec.holdBefore: []";
        }

        var places = turn.Entity.Written.Holds.Select(hold => (Hold: hold, Place: "spec.holdBefore"))
            .Concat(ControlAnnotations.Holds(turn.Metadata)
                .Select(hold => (Hold: hold, Place: $"the annotation {Annotations.Hold}")))
            .Where(each => turn.Kind.Holds.Place(plan, each.Hold) == name)
            .Select(each => $"'{each.Hold}' from {each.Place}")
            .Distinct(StringComparer.Ordinal);
        return $"remove {string.Join(" and ", places)}";
    }

    private static RunEnvironment Environment(RunFrame frame, Turn turn)
    {
        var session = turn.Session;
        return new RunEnvironment
        {
            OwnerUid = turn.Metadata.Uid!,
            Catalog = session.Targets.Catalog(),
            Fence = frame.Services.Fence,
            Time = frame.Services.Time,
            Wake = () => frame.Wake(turn.Entity),
            Redact = session.Targets.Redact,
            Hold = session.Hold,
            Superseded = session.Superseded,
            Faulted = exception => RunLog.Unexpected(frame, turn.Metadata, exception),
        };
    }
}
