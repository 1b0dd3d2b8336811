
namespace Drydock.Reconcilers.Upgrades;

/// <summary>Ensures that a run that stopped in the middle, or waits for long, leaves nothing in its targets that must
/// not stay there (see <see cref="IParkedStateCleanup"/>). Works outside the reconcile and is level-based: each removal
/// is recorded in status, and the cleanup is retried while anything may remain.</summary>
internal sealed class ParkedStateFlow(RunFrame frame)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly Backoff _backoff = new() { First = TimeSpan.FromSeconds(5) };
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<ParkedStateFlow>();

    /// <summary>Records the result of an attempt. While one is under way nothing else is done, so that no step starts
    /// at the same time.</summary>
    public async Task<(RunObject Entity, bool IsUnderWay)> RecordAsync(
        RunObject entity, RunSession session, CancellationToken cancellationToken)
    {
        if (session.CleaningUp is not { } work)
        {
            return (entity, false);
        }

        if (!work.IsCompleted)
        {
            return (entity, true);
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
                entity.Metadata.Namespace,
                entity.Metadata.Name,
                Sentences.Join([.. came.Remaining]));
        }

        if (came.Removed.Count == 0)
        {
            return (entity, false);
        }

        var status = _kind.ParkedState!.MarkRemoved(entity.Spec, entity.Status!, came.Removed, frame.Now);
        status = _kind.Summarize(entity.Spec, status, _kind.Plans.Active(status), isDone: false);
        return (await frame.WriteAsync(entity, status, cancellationToken), false);
    }

    public RunStep AfterAdvance(RunStep step, RunOutcome outcome, RunSession session)
    {
        var (spec, status) = (step.Entity.Spec, step.Entity.Status!);
        var isStopped = outcome.State is RunState.Failed or RunState.Stopped;
        if (outcome.State is RunState.Working or RunState.Succeeded
            || !MayBegin(step.Entity, session, isReleased: false)
            || _kind.ParkedState!.RemoveAt(spec, status, isStopped) is not { } due)
        {
            return step;
        }

        var wait = (due > session.CleanUpNotBefore ? due : session.CleanUpNotBefore) - frame.Now;
        if (wait > TimeSpan.Zero)
        {
            return step with { After = step.After < wait ? step.After : wait };
        }

        session.CleaningUp = TryAsync(step.Entity, session.Hold());
        return step;
    }

    /// <summary>Before an object is released in the middle: starts the cleanup, once. False if there is nothing to
    /// remove, or it was tried already.</summary>
    public bool StartBeforeRelease(RunObject entity, RunSession session)
    {
        if (session.TriedBeforeRelease || !MayBegin(entity, session, isReleased: true))
        {
            return false;
        }

        session.TriedBeforeRelease = true;
        session.CleaningUp = TryAsync(entity, session.Hold());
        return true;
    }

    // The steps of a released object that only waited were cancelled before. A step that was observed not to have
    // started is not observed again while nothing may be started.
    private bool MayBegin(RunObject entity, RunSession session, bool isReleased) =>
        _kind.ParkedState is { } state
            && !_kind.Plans.All(entity.Status!).Any(p => p.Steps.Exists(s =>
                s.State == StepState.Running && !session.IsIdle(s.Id) && !(isReleased && _kind.OnlyWaits(s))))
            && state.MayRemain(entity.Spec, entity.Status!);

    private async Task<ParkedStateResult> TryAsync(RunObject entity, TargetsHold held)
    {
        await Task.Yield();
        var targets = held.Targets;
        using var limit = new CancellationTokenSource(Limit, frame.Services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, frame.Services.Fence.Ended);
        try
        {
            return await targets.CleanUpAsync(entity.Status!, either.Token);
        }
        catch (ActRefusedException)
        {
            // This process may no longer act.
            return ParkedStateResult.Nothing;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new ParkedStateResult([], [targets.Redact(exception.Message)]);
        }
        finally
        {
            await held.DisposeAsync();

            // Outside this task, so that the woken caller finds it finished; on the scheduler of the caller, like the
            // jobs of the engine.
            _ = Task.Factory.StartNew(
                () => frame.Store.Wake(entity),
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Current);
        }
    }
}
