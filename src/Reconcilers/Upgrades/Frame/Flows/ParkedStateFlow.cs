using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Running;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Ensures that a run that stopped half way leaves nothing in its targets that must not stay there (see
/// <see cref="IParkedStateCleanup{RunSpec, RunStatus}"/>). Beside the reconcile, level-based: what is gone is written into status, and
/// as long as anything may be left it is tried again.
/// </summary>
/// <param name="frame">What the flows share.</param>
internal sealed class ParkedStateFlow(RunFrame frame)
{
    private static readonly TimeSpan LongestTry = TimeSpan.FromMinutes(2);
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), Random.Shared);
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<ParkedStateFlow>();

    /// <summary>
    /// Takes in what a try came to. While one is under way nothing else is done, so that no step begins beside it.
    /// </summary>
    public async Task<(RunObject Entity, bool IsUnderWay)> TakeInAsync(RunObject entity, RunSession session, CancellationToken cancellationToken)
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
        session.CleanUpNotBefore = session.CleanUpFailures == 0 ? default : frame.Now + _backoff.Delay(session.CleanUpFailures);
        if (came.Remaining.Count > 0)
        {
            RunLog.ParkedStateRemains(_logger, _kind.Name, entity.Metadata.Namespace, entity.Metadata.Name, string.Join("; ", came.Remaining));
        }

        if (came.Removed.Count == 0)
        {
            return (entity, false);
        }

        var status = _kind.ParkedState!.MarkRemoved(entity.Spec, entity.Status!, came.Removed, frame.Now);
        status = _kind.Summarize(entity.Spec, status, _kind.Plans.Active(status), isDone: false);
        return (await frame.WriteAsync(entity, status, cancellationToken), false);
    }

    /// <summary>After an advance: begins to take away what is left, if the run parked.</summary>
    public RunStep Rest(RunStep step, RunOutcome outcome, RunSession session)
    {
        if (outcome.State is not (RunState.Failed or RunState.Stopped) || !MayBegin(step.Entity, lettingGo: false))
        {
            return step;
        }

        var wait = session.CleanUpNotBefore - frame.Now;
        if (wait > TimeSpan.Zero)
        {
            return step with { After = step.After < wait ? step.After : wait };
        }

        session.CleaningUp = TryAsync(step.Entity, session.Hold());
        return step;
    }

    /// <summary>
    /// Before an object is let go in the middle: begins, once. False if there is nothing, or it was tried.
    /// </summary>
    public bool BeginsBeforeLettingGo(RunObject entity, RunSession session)
    {
        if (session.TriedBeforeLettingGo || !MayBegin(entity, lettingGo: true))
        {
            return false;
        }

        session.TriedBeforeLettingGo = true;
        session.CleaningUp = TryAsync(entity, session.Hold());
        return true;
    }

    // Of an object that is let go, what only waited was cancelled before.
    private bool MayBegin(RunObject entity, bool lettingGo) =>
        _kind.ParkedState is { } state && !_kind.Plans.All(entity.Status!).Any(p => p.Steps.Exists(s => s.State == StepState.Running && !(lettingGo && _kind.OnlyWaits(s)))) && state.MayRemain(entity.Spec, entity.Status!);

    private async Task<ParkedStateResult> TryAsync(RunObject entity, TargetsHold held)
    {
        await Task.Yield();
        var targets = held.Targets;
        using var limit = new CancellationTokenSource(LongestTry, frame.Services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, frame.Services.Fence.Ended);
        try
        {
            return await targets.CleanUpAsync(entity.Status!, either.Token);
        }
        catch (ActRefusedException)
        {
            // Not this process's turn any more.
            return ParkedStateResult.Nothing;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new ParkedStateResult([], [targets.Redact(exception.Message)]);
        }
        finally
        {
            await held.DisposeAsync();

            // Beside this task, so that whoever is woken finds it ended; on the scheduler of the caller, as the
            // engine's jobs wake.
            _ = Task.Factory.StartNew(
                () => frame.Store.Wake(entity), CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current);
        }
    }
}
