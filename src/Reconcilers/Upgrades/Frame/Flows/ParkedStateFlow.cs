namespace Drydock.Reconcilers.Upgrades;

/// <summary>Ensures that a run that stopped in the middle, or waits for long, leaves nothing in its targets that must
/// not stay there (see <see cref="IParkedStateCleanup"/>). Works outside the reconcile and is level-based: each removal
/// is recorded in status, and the cleanup is retried while anything may remain.</summary>
internal sealed class ParkedStateFlow(RunFrame frame)
{
    private const string Limit = "2m";
    private readonly Backoff _backoff = new() { First = TimeSpan.FromSeconds(5) };
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<ParkedStateFlow>();

    /// <summary>Records the result of an attempt. True while one is under way: nothing else is done then, so that no
    /// step starts at the same time.</summary>
    public async Task<bool> IsUnderWayAsync(RunReconcile run)
    {
        var session = run.Session;
        if (session.CleaningUp is not { IsCompleted: true } work)
        {
            return session.CleaningUp is not null;
        }

        session.CleaningUp = null;
        var came = await work;
        session.CleanUpFailures = came.Remaining.Count == 0 && came.Removed.Count > 0 ? 0 : session.CleanUpFailures + 1;
        session.CleanUpNotBefore = session.CleanUpFailures == 0
            ? default
            : frame.Now + _backoff.Delay(session.CleanUpFailures);
        if (came.Remaining.Count > 0)
        {
            RunLog.ParkedStateRemains(
                _logger,
                _kind.Name,
                run.Metadata.Namespace,
                run.Metadata.Name,
                Sentences.Join([.. came.Remaining]));
        }

        if (came.Removed.Count > 0)
        {
            var status = _kind.ParkedState!.MarkRemoved(run.Spec, run.Status, came.Removed, frame.Now);
            await run.WriteAsync(_kind.Summarize(run.Spec, status, _kind.Plans.Active(status), isDone: false));
        }

        return false;
    }

    public RunStep AfterAdvance(RunReconcile run, RunStep step, RunOutcome outcome)
    {
        var isStopped = outcome.State is RunState.Failed or RunState.Stopped;
        if (outcome.State is RunState.Working or RunState.Succeeded
            || !MayBegin(run, isReleased: false)
            || _kind.ParkedState!.RemoveAt(run.Spec, run.Status, isStopped) is not { } due)
        {
            return step;
        }

        var notBefore = run.Session.CleanUpNotBefore;
        var wait = (due > notBefore ? due : notBefore) - frame.Now;
        if (wait > TimeSpan.Zero)
        {
            return step with { After = step.After < wait ? step.After : wait };
        }

        Begin(run);
        return step;
    }

    /// <summary>Before an object is released in the middle: starts the cleanup, once. False if there is nothing to
    /// remove, or it was tried already.</summary>
    public bool StartBeforeRelease(RunReconcile run)
    {
        if (run.Session.TriedBeforeRelease || !MayBegin(run, isReleased: true))
        {
            return false;
        }

        run.Session.TriedBeforeRelease = true;
        Begin(run);
        return true;
    }

    // The steps of a released object that only waited were cancelled before. A step that was observed not to have
    // started is not observed again while nothing may be started.
    private bool MayBegin(RunReconcile run, bool isReleased) =>
        _kind.ParkedState is { } state
            && !_kind.Plans.All(run.Status).Any(p => p.Steps.Exists(s =>
                s.State == StepState.Running && !run.Session.IsIdle(s.Id) && !(isReleased && _kind.OnlyWaits(s))))
            && state.MayRemain(run.Spec, run.Status);

    // A process that may no longer act does nothing.
    private static void Begin(RunReconcile run)
    {
        var status = run.Status;
        run.Session.CleaningUp = run.BesideAsync(
            Limit,
            (targets, token) => targets.CleanUpAsync(status, token),
            (targets, exception) => exception is ActRefusedException
                ? ParkedStateResult.Nothing
                : new ParkedStateResult([], [targets.Redact(exception.Message)]));
    }
}
