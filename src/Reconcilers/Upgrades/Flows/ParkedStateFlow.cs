namespace Drydock.Reconcilers.Upgrades;

/// <summary>Ensures that a run that stopped in the middle, or waits for long, leaves nothing in its targets that must
/// not stay there (see <see cref="IParkedStateCleanup"/>). Works outside the reconcile and is level-based: each removal
/// is recorded in status, and the cleanup is retried while anything may remain.</summary>
internal sealed class ParkedStateFlow(RunFrame frame)
{
    private const string Limit = "2m";
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly Backoff _backoff = new() { First = TimeSpan.FromSeconds(5) };
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<ParkedStateFlow>();

    /// <summary>Records the result of an attempt. While one is under way nothing else is done, so that no step starts
    /// at the same time.</summary>
    public Decision WhenIdle(Turn turn, Func<Turn, Decision> next)
    {
        var session = turn.Session;
        if (session.CleaningUp is not { IsCompleted: true } work)
        {
            return session.CleaningUp is null ? next(turn) : Decision.Again(LookAgain);
        }

        session.CleaningUp = null;
        var came = work.Result;
        session.CleanUpFailures = came.Remaining.Count == 0 && came.Removed.Count > 0 ? 0 : session.CleanUpFailures + 1;
        session.CleanUpNotBefore = session.CleanUpFailures == 0
            ? default
            : turn.Now + _backoff.Delay(session.CleanUpFailures);
        if (came.Remaining.Count > 0)
        {
            RunLog.ParkedStateRemains(
                _logger,
                _kind.Names.Kind,
                turn.Metadata.Namespace,
                turn.Metadata.Name,
                Sentences.Join([.. came.Remaining]));
        }

        if (came.Removed.Count == 0)
        {
            return next(turn);
        }

        var status = _kind.ParkedState!.MarkRemoved(turn.Spec, turn.Status, came.Removed, turn.Now);
        return Decision.Write(
            _kind.Report.Summarize(turn.Spec, status, status.ActiveKind(), isDone: false), next);
    }

    /// <summary>The end of a turn in which a plan was advanced.</summary>
    /// <param name="after">When the plan wants to be advanced again; null leaves it to events.</param>
    public Decision After(Turn turn, RunOutcome outcome, TimeSpan? after)
    {
        var step = Decision.End(new RunStep(outcome.State == RunState.Succeeded, after));
        var isStopped = outcome.State is RunState.Failed or RunState.Stopped;
        if (outcome.State is RunState.Working or RunState.Succeeded
            || !MayBegin(turn, isReleased: false)
            || _kind.ParkedState!.RemoveAt(turn.Spec, turn.Status, isStopped) is not { } due)
        {
            return step;
        }

        var notBefore = turn.Session.CleanUpNotBefore;
        var wait = (due > notBefore ? due : notBefore) - turn.Now;
        return wait > TimeSpan.Zero
            ? Decision.Again(after < wait ? after : wait)
            : Begin(turn, () => step);
    }

    /// <summary>Before an object is released in the middle: starts the cleanup, once.</summary>
    /// <param name="next">What follows if there is nothing to remove, or it was tried already.</param>
    public Decision BeforeRelease(Turn turn, Func<Decision> next)
    {
        if (turn.Session.TriedBeforeRelease || !MayBegin(turn, isReleased: true))
        {
            return next();
        }

        turn.Session.TriedBeforeRelease = true;
        return Begin(turn, static () => Decision.Again(LookAgain));
    }

    // The steps of a released object that only waited were cancelled before. A step that was observed not to have
    // started is not observed again while nothing may be started.
    private bool MayBegin(Turn turn, bool isReleased) =>
        _kind.ParkedState is { } state
            && !turn.Status.Plans.Any(p => p.Steps.Exists(s =>
                s.State == StepState.Running
                    && !turn.Session.IsIdle(s.Id)
                    && !(isReleased && turn.Steps.Of(s).OnlyWaits)))
            && state.MayRemain(turn.Spec, turn.Status);

    // A process that may no longer act does nothing.
    private static Decision Begin(Turn turn, Func<Decision> next)
    {
        var status = turn.Status;
        var cleanUp = new Beside<ParkedStateResult>(
            Limit,
            (targets, token) => targets.CleanUpAsync(status, token),
            static (targets, exception) => exception is ActRefusedException
                ? ParkedStateResult.Nothing
                : new ParkedStateResult([], [targets.Redact(exception.Message)]));
        return Decision.Do(cleanUp, begun =>
        {
            turn.Session.CleaningUp = begun;
            return next();
        });
    }
}
