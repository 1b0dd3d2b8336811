using System.Diagnostics.CodeAnalysis;

namespace Drydock.Engine.Running;

/// <summary>Handles one step outside the reconcile: observes it, starts it when told to, and waits for its end. Reports
/// to the run and never writes status.</summary>
internal sealed class StepJob
{
    /// <summary>Most characters of one entry of a receipt. It is read back, so it must not be cut.</summary>
    public const int LongestReceipt = 32_768;

    private readonly RunEnvironment _environment;
    private readonly Plan _plan;
    private readonly PlanStep _step;
    private readonly IStepAction _action;
    private readonly StepFollower _follower;
    private readonly Func<TimeSpan> _timeout;
    private readonly AttemptClock? _refusals;

    private DateTimeOffset Now => _environment.Time.GetUtcNow();

    private StepJob(
        RunEnvironment environment,
        Plan plan,
        PlanStep step,
        Func<PlanStep, TimeSpan> timeoutOf,
        (AttemptClock? Attempt, AttemptClock? Refusals) clocks,
        Action<StepReport> report)
    {
        _refusals = clocks.Refusals;
        (_environment, _plan, _step, _timeout) = (environment, plan, step, () => timeoutOf(step));
        _action = environment.Catalog.Action(step);
        _follower = new StepFollower(
            _action,
            Context(step),
            _timeout,
            clocks.Attempt,
            message => report(new StepReport.Running(step, Clean(message))),
            environment.Superseded);
    }

    /// <summary>Runs one job to its last report. Throws only when cancelled.</summary>
    public static async Task<StepReport?> RunAsync(
        RunEnvironment environment,
        Plan plan,
        PlanStep step,
        Func<PlanStep, TimeSpan> timeoutOf,
        (AttemptClock? Attempt, AttemptClock? Refusals) clocks,
        Action<StepReport> report,
        Func<StepJob, Task<StepReport?>> work,
        CancellationToken cancellationToken)
    {
        try
        {
            return await work(new StepJob(environment, plan, step, timeoutOf, clocks, report));
        }
        catch (ActRefusedException)
        {
            // This process may no longer act. Its successor finds the receipt and observes the target.
            return new StepReport.Refused(step);
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            // For example, the plan names an action that this operator does not know. Nothing may be guessed.
            return new StepReport.Unknown(step, environment.Redact(exception.Message));
        }
    }

    /// <summary>Observes whether the step has started; if not and <paramref name="mayBegin"/>, prepares the
    /// receipt.</summary>
    public async Task<StepReport?> ObserveAsync(bool mayBegin, CancellationToken cancellationToken)
    {
        if (await _follower.FollowAsync(cancellationToken) is not { } observation)
        {
            return null;
        }

        var notStarted = observation.Seen is Observation.NotStarted;
        if (notStarted
            || (observation.Seen is Observation.Failed failed
                    && observation.IsFirstLook
                    && observation.Retryable
                    && MayRepeatAfter(failed)))
        {
            return mayBegin ? await PrepareAsync(notStarted, cancellationToken) : new StepReport.Idle(_step);
        }

        return Conclude(observation, actFailure: null);
    }

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
            await TimeLimit.RunAsync(_timeout, _environment.Time, CallAsync, cancellationToken);
        }
        catch (StepActionException exception)
        {
            failure = exception;
        }
        catch (TimeoutException exception)
        {
            failure = new StepActionException(EngineReasons.StepTimeout, exception.Message, retryable: true, exception);
        }
        catch (Exception exception) when (exception is not ActRefusedException && !IsOurs(exception, cancellationToken))
        {
            failure = new StepActionException(EngineReasons.StepFailed, exception.Message, retryable: true, exception);
        }

        // A failure that cannot recover is not waited for.
        var observation = failure is { Retryable: false }
            ? await _follower.LookAsync(cancellationToken)
            : await _follower.FollowAsync(cancellationToken);
        if (observation is null)
        {
            // The target has taken the action: the next observation shows the rest.
            return null;
        }

        return failure is null && observation.Seen is Observation.NotStarted { IsSameAttempt: true } again
            ? new StepReport.NotTaken(
                _step, EngineReasons.StepRunning, Clean(again.Message) ?? "", _step.NotTakenSince ?? Now)
            {
                IsSameAttempt = true,
            }
            : Conclude(observation, failure ?? NoEffect(observation.Seen));

        async Task<bool> CallAsync(CancellationToken token)
        {
            await _action.ActAsync(Context(_step), token);
            return true;
        }
    }

    // A target that accepted the command of a run-once step and stopped before the witness existed has not started it.
    // If the first start still arrives, the second start of that attempt is refused.
    private StepActionException NoEffect(Observation seen) => new(
        EngineReasons.StepFailed,
        seen.Message is { } what
            ? $"The action was carried out and had no effect yet: {what}"
            : "The action was carried out and had no effect yet.")
    { NotTaken = _step.RunOnce };

    // A step with an open attempt failed in that attempt. A run-once step that has started before and has no open
    // attempt was given another one by an administrator.
    private bool MayRepeatAfter(Observation.Failed failed) =>
        _step.StartedAt is null
        && _step.Attempt > 0
        && (failed.NothingRan || _step.Retry != RetryRule.RestoreFirst)
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
            var receipt = await TimeLimit.RunAsync(
                static () => StepFollower.LongestLook,
                _environment.Time,
                token => _action.PrepareAsync(Context(next), token),
                cancellationToken);
            return receipt.FirstOrDefault(
                r => r.Value.Length > LongestReceipt) is { Key: { } key, Value.Length: var length }
                ? new StepReport.Failed(
                    _step,
                    EngineReasons.StepFailed,
                    $"Its receipt '{key}' has {length} characters; the limit is {LongestReceipt}. Nothing was started.",
                    Retryable: false,
                    FailurePoint.BeforeAct)
                : new StepReport.Ready(_step, receipt, sameAttempt);
        }
        catch (StepActionException exception)
        {
            return NotTaken(exception, FailurePoint.BeforeAct) ?? Failed(exception, FailurePoint.BeforeAct);
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            return new StepReport.Failed(
                _step,
                exception is TimeoutException ? EngineReasons.StepTimeout : EngineReasons.StepFailed,
                Clean(exception.Message),
                Retryable: true,
                FailurePoint.BeforeAct);
        }
    }

    private async Task<StepReport?> BrokenGuardsAsync(CancellationToken cancellationToken)
    {
        var breaches = await GuardReader.ReadAsync(_environment, _plan, _step.Id, cancellationToken);
        return breaches.Count == 0 ? null : new StepReport.GuardsRead(_step, breaches);
    }

    private StepReport Conclude(StepObservation observation, StepActionException? actFailure) =>
        Report(observation, actFailure) with { OutputRef = observation.Seen.OutputRef };

    private StepReport Report(StepObservation observation, StepActionException? actFailure) => observation.Seen switch
    {
        Observation.Done done => new StepReport.Done(_step, Clean(done.Message), done.Facts),
        Observation.Failed failed => new StepReport.Failed(
            _step,
            failed.Reason,
            Clean(failed.Message) ?? "",
            observation.Retryable && actFailure is not { Retryable: false },
            failed.NothingRan ? FailurePoint.NoTrace : FailurePoint.Begun)
        {
            Acceptable = _action.MayBeAccepted(failed),
        },
        Observation.Unknown unknown => new StepReport.Unknown(_step, Clean(unknown.Message) ?? "", unknown.IsPermanent),
        Observation.NotStarted when actFailure is not null =>
            NotTaken(actFailure, FailurePoint.NoTrace) ?? Failed(actFailure, FailurePoint.NoTrace),
        _ when actFailure is not null => Failed(actFailure, FailurePoint.Begun),
        _ => new StepReport.Idle(_step),
    };

    // A refusal that another attempt would hear again may be accepted like a failure that was observed.
    private StepReport.Failed Failed(StepActionException failure, FailurePoint point) =>
        new(_step, failure.Reason, Clean(failure.Message), failure.Retryable, point)
        {
            Acceptable = !failure.Retryable
                && _action.MayBeAccepted(new Observation.Failed(failure.Reason, failure.Message)),
        };

    // Null: the target accepted or rejected the request. The time counts from the first request it did not accept.
    private StepReport? NotTaken(StepActionException failure, FailurePoint point)
    {
        if (!failure.NotTaken)
        {
            return null;
        }

        var since = _step.NotTakenSince ?? Now;
        return _refusals is null || _refusals.Taken < _timeout()
            ? new StepReport.NotTaken(_step, failure.Reason, Clean(failure.Message), since)
            : new StepReport.Failed(
                _step,
                failure.Reason,
                Sentences.Join(
                    Clean(failure.Message),
                    $"It was retried for {KubernetesDuration.Format(_timeout())} and has not started."),
                Retryable: false,
                point);
    }

    [return: NotNullIfNotNull(nameof(message))]
    private string? Clean(string? message) => message is null ? null : _environment.Redact(message);

    private StepContext Context(PlanStep present) =>
        new() { OwnerUid = _environment.OwnerUid, Plan = _plan, Step = present, Time = _environment.Time };

    private static bool IsOurs(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
}

/// <summary>This process may no longer act: its lease expired or was lost.</summary>
public sealed class ActRefusedException(
    string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>How far an attempt had progressed when it failed.</summary>
internal enum FailurePoint
{
    /// <summary>The receipt could not be prepared; nothing was started.</summary>
    BeforeAct,

    /// <summary>The action was called, and the observation shows no trace of it, or that it ended before it changed
    /// anything.</summary>
    NoTrace,

    Begun,
}

/// <summary>The inputs of a run besides the plan. Built again at every advance, so that changed endpoints and Secrets
/// count from the next act on.</summary>
public sealed record RunEnvironment
{
    public required string OwnerUid { get; init; }

    public required IStepCatalog Catalog { get; init; }

    public required IActFence Fence { get; init; }

    public required TimeProvider Time { get; init; }

    public required Action Wake { get; init; }

    /// <summary>Keeps what <see cref="Catalog"/> uses (connections, credentials) until the result is disposed of.
    /// Called when a job is started: a job that started with one version of a Secret ends with it, even if other jobs
    /// use a newer one meanwhile.</summary>
    public Func<IAsyncDisposable?> Hold { get; init; } = static () => null;

    /// <summary>Ends when the spec that <see cref="Catalog"/> is bound to was replaced by another one. A job that only
    /// waits ends then, and the step is observed again with the new spec. An act under way is not
    /// interrupted.</summary>
    public CancellationToken Superseded { get; init; }

    public Func<string, string> Redact { get; init; } = static text => text;
}
