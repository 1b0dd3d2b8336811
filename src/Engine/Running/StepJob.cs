using System.Diagnostics.CodeAnalysis;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Engine.Actions;

namespace Drydock.Engine.Running;

/// <summary>
/// Looks after one step beside the reconcile: observes it, begins it when told to, and waits for its end. Reports to
/// the run and never writes status.
/// </summary>
internal sealed class StepJob
{
    /// <summary>Characters of one entry of a receipt. It is read back, so that it must not be cut.</summary>
    public const int LongestReceipt = 32_768;

    private readonly RunEnvironment _environment;
    private readonly Plan _plan;
    private readonly PlanStep _step;
    private readonly IStepAction _action;
    private readonly StepFollower _follower;
    private readonly Func<TimeSpan> _timeout;

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    private StepJob(
        RunEnvironment environment,
        Plan plan,
        PlanStep step,
        Func<PlanStep, TimeSpan> timeoutOf,
        bool isOfOtherClock,
        Action<StepReport> report)
    {
        (_environment, _plan, _step, _timeout) = (environment, plan, step, () => timeoutOf(step));
        _action = environment.Catalog.Action(step.Action);
        _follower = new StepFollower(_action, Context(step), _timeout, isOfOtherClock, message => report(new StepReport.Running(step, Clean(message))));
    }

    /// <summary>Runs one job to its last report. Throws only when cancelled.</summary>
    public static async Task<StepReport?> RunAsync(
        RunEnvironment environment,
        Plan plan,
        PlanStep step,
        Func<PlanStep, TimeSpan> timeoutOf,
        bool isOfOtherClock,
        Action<StepReport> report,
        Func<StepJob, Task<StepReport?>> work,
        CancellationToken cancellationToken)
    {
        try
        {
            return await work(new StepJob(environment, plan, step, timeoutOf, isOfOtherClock, report));
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            // Among others: the plan names an action this operator does not know. Nothing may be guessed.
            return new StepReport.Unknown(step, environment.Redact(exception.Message));
        }
    }

    /// <summary>
    /// Looks whether the step has begun; if not and <paramref name="mayBegin"/>, prepares the receipt.
    /// </summary>
    public async Task<StepReport?> ObserveAsync(bool mayBegin, CancellationToken cancellationToken)
    {
        var observation = await _follower.FollowAsync(cancellationToken);
        var notStarted = observation.Seen is Observation.NotStarted;
        if (notStarted || (observation.Seen is Observation.Failed && observation.IsFirstLook && observation.Retryable && MayRepeatAfterFailure()))
        {
            return mayBegin ? await PrepareAsync(notStarted, cancellationToken) : new StepReport.Idle(_step);
        }

        return Conclude(observation, actFailure: null);
    }

    /// <summary>Begins the action, if guards and fence allow, and follows it to its end.</summary>
    public async Task<StepReport?> ActAsync(CancellationToken cancellationToken)
    {
        if (await BrokenGuardsAsync(cancellationToken) is { } broken)
        {
            return broken;
        }

        StepActionException? failure = null;
        try
        {
            _environment.Fence.EnsureMayAct();
            await TimeLimit.RunAsync(_timeout, _step.StartedAt ?? Now, _environment.Time, CallAsync, cancellationToken);
        }
        catch (ActRefusedException)
        {
            // Not this process's turn any more; whoever's turn it is finds the receipt and looks at the world.
            return new StepReport.Refused(_step);
        }
        catch (StepActionException exception)
        {
            failure = exception;
        }
        catch (TimeoutException exception)
        {
            failure = new StepActionException(EngineReasons.StepTimeout, exception.Message, retryable: true, exception);
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            failure = new StepActionException(EngineReasons.StepFailed, exception.Message, retryable: true, exception);
        }

        // What cannot get better is not waited for.
        var observation = failure is { Retryable: false } ? await _follower.LookAsync(cancellationToken) : await _follower.FollowAsync(cancellationToken);
        return Conclude(observation, failure ?? NoTrace(observation.Seen));

        async Task<bool> CallAsync(CancellationToken token)
        {
            await _action.ActAsync(Context(_step), token);
            return true;
        }
    }

    // A target that took the command of a run-once step and died before the witness was there has not begun it; a
    // second start of that attempt is refused should the first still come.
    private StepActionException NoTrace(Observation seen) => new(
        EngineReasons.StepFailed,
        seen.Message is { } what ? $"the action was carried out and left no trace: {what}" : "the action was carried out and left no trace")
    { NotTaken = _step.RunOnce };

    // A step whose attempt is open failed in that attempt. A run-once step without an open attempt that has begun
    // before was given another by a person.
    private bool MayRepeatAfterFailure() =>
        _step.StartedAt is null
        && _step.Attempt > 0
        && _step.Retry != RetryRule.RestoreFirst
        && (_step.RunOnce || _step.Tries < _step.MaxAttempts);

    private async Task<StepReport?> PrepareAsync(bool notStarted, CancellationToken cancellationToken)
    {
        if (await BrokenGuardsAsync(cancellationToken) is { } broken)
        {
            return broken;
        }

        var sameAttempt = notStarted && (_step.StartedAt is not null || (_step.RunOnce && _step.Attempt > 0));
        var next = sameAttempt ? _step : _step with { Attempt = _step.Attempt + 1, Receipt = null, Facts = null };
        try
        {
            var receipt = await TimeLimit.RunAsync(static () => StepFollower.LongestLook, Now, _environment.Time, token => _action.PrepareAsync(Context(next), token), cancellationToken);
            return receipt.FirstOrDefault(r => r.Value.Length > LongestReceipt) is { Key: { } key, Value.Length: var length }
                ? new StepReport.Failed(
                    _step,
                    EngineReasons.StepFailed,
                    $"its receipt '{key}' has {length} characters, and a status takes at most {LongestReceipt}; nothing was begun",
                    Retryable: false,
                    FailurePoint.BeforeAct)
                : new StepReport.Ready(_step, receipt, sameAttempt);
        }
        catch (StepActionException exception)
        {
            return NotTaken(exception, FailurePoint.BeforeAct) ?? new StepReport.Failed(_step, exception.Reason, Clean(exception.Message), exception.Retryable, FailurePoint.BeforeAct);
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            return new StepReport.Failed(_step, exception is TimeoutException ? EngineReasons.StepTimeout : EngineReasons.StepFailed, Clean(exception.Message), Retryable: true, FailurePoint.BeforeAct);
        }
    }

    private async Task<StepReport?> BrokenGuardsAsync(CancellationToken cancellationToken)
    {
        var breaches = await GuardReader.ReadAsync(_environment, _plan, _step.Id, cancellationToken);
        return breaches.Count == 0 ? null : new StepReport.GuardsRead(_step, breaches);
    }

    private StepReport Conclude(StepObservation observation, StepActionException? actFailure) => observation.Seen switch
    {
        Observation.Done done => new StepReport.Done(_step, Clean(done.Message), done.Facts),
        Observation.Failed failed => new StepReport.Failed(
            _step, failed.Reason, Clean(failed.Message) ?? "", observation.Retryable && actFailure is not { Retryable: false }, FailurePoint.Begun),
        Observation.Unknown unknown => new StepReport.Unknown(_step, Clean(unknown.Message) ?? "", unknown.Lost),
        Observation.NotStarted when actFailure is not null => NotTaken(actFailure, FailurePoint.NoTrace) ?? new StepReport.Failed(
            _step, actFailure.Reason, Clean(actFailure.Message) ?? "", actFailure.Retryable, FailurePoint.NoTrace),
        _ when actFailure is not null => new StepReport.Failed(
            _step, actFailure.Reason, Clean(actFailure.Message) ?? "", actFailure.Retryable, FailurePoint.Begun),
        _ => new StepReport.Idle(_step),
    };

    // Null: the target took it, or said no. The time counts from the first time it did not take it.
    private StepReport? NotTaken(StepActionException failure, FailurePoint point)
    {
        if (!failure.NotTaken)
        {
            return null;
        }

        var since = _step.NotTakenSince ?? Now;
        return Now - since < _timeout()
            ? new StepReport.NotTaken(_step, failure.Reason, Clean(failure.Message), since)
            : new StepReport.Failed(
                _step, failure.Reason, $"{Clean(failure.Message)}; it was tried again for {KubernetesDuration.Format(_timeout())} and has not begun", Retryable: false, point);
    }

    [return: NotNullIfNotNull(nameof(message))]
    private string? Clean(string? message) => message is null ? null : _environment.Redact(message);

    private StepContext Context(PlanStep present) =>
        new() { OwnerUid = _environment.OwnerUid, Plan = _plan, Step = present, Time = _environment.Time };

    private static bool IsOurs(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
}
