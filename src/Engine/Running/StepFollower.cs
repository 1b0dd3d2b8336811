namespace Drydock.Engine.Running;

/// <summary>Observes one step until it is no longer under way; woken by the events that the action waits for.</summary>
/// <param name="action">The action of the step.</param>
/// <param name="context">The step.</param>
/// <param name="timeout">How long an attempt may take now.</param>
/// <param name="clock">How long the attempt has taken; null if none is open.</param>
/// <param name="superseded">Ends when the step should be observed with another spec.</param>
/// <param name="tellRunning">Called with progress messages.</param>
internal sealed class StepFollower(
    IStepAction action,
    StepContext context,
    Func<TimeSpan> timeout,
    AttemptClock? clock,
    Action<string?> tellRunning,
    CancellationToken superseded)
{
    // Progress is reported at most this often: each report may become a write.
    private static readonly TimeSpan TellAtMostEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // An event can be lost (between an observation and the wait, or on its way): observe again after this long without
    // one.
    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(30);

    // If the wait keeps returning at once (an event stream that is always at its end), observations are spaced.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private const int QuickWaitsAllowed = 20;

    private int _quickWaits;

    /// <summary>Limit of one observation or preparation: a step on a target that hangs must still be
    /// reported.</summary>
    public static TimeSpan LongestLook { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Observes until the step is no longer under way, or its time is over; null if the spec was replaced
    /// while the step was under way.</summary>
    public async Task<StepObservation?> FollowAsync(CancellationToken cancellationToken)
    {
        var attempt = clock;
        var since = context.Time.GetTimestamp();
        var first = true;
        string? told = null;
        var toldAt = since;
        while (true)
        {
            var observation = await LookAsync(cancellationToken);
            if (observation.Seen is not Observation.Running running)
            {
                return observation with { IsFirstLook = first };
            }

            if (superseded.IsCancellationRequested)
            {
                return null;
            }

            attempt ??= AttemptClock.StartedHere(context.Time, context.Time.GetUtcNow());
            var left = attempt.Left(timeout());
            if (left <= TimeSpan.Zero)
            {
                return new StepObservation(TimedOut(running), IsFirstLook: false);
            }

            if (first
                || (!string.Equals(told, running.Message, StringComparison.Ordinal)
                    && context.Time.GetElapsedTime(toldAt) >= TellAtMostEvery))
            {
                (told, toldAt) = (running.Message, context.Time.GetTimestamp());
                tellRunning(running.Message);
            }

            first = false;
            await WaitAsync(context.Time.GetElapsedTime(since), left, cancellationToken);
        }
    }

    public async Task<StepObservation> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var seen = await TimeLimit.RunAsync(
                static () => LongestLook,
                context.Time,
                token => action.ObserveAsync(context, token),
                cancellationToken);
            return new StepObservation(seen, IsFirstLook: true);
        }
        catch (StepActionException exception)
        {
            return new StepObservation(
                new Observation.Failed(exception.Reason, exception.Message), IsFirstLook: true, exception.Retryable);
        }
        catch (Exception exception) when (
            exception is not ActRefusedException
            && (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            return new StepObservation(new Observation.Unknown(exception.Message), IsFirstLook: true);
        }
    }

    private Observation.Failed TimedOut(Observation.Running running) => new(
        EngineReasons.StepTimeout,
        $"Not finished after {KubernetesDuration.Format(timeout())} ({running.Message ?? "still under way"}). Nothing "
        + "was stopped. "
        + "The run continues automatically if the step still finishes; otherwise check the node, or raise the timeout "
        + "of the phase.");

    private async Task WaitAsync(TimeSpan waited, TimeSpan left, CancellationToken cancellationToken)
    {
        var since = context.Time.GetTimestamp();
        using var limit = new CancellationTokenSource(left < LookWithoutEvent ? left : LookWithoutEvent, context.Time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, superseded, cancellationToken);
        try
        {
            await action.WaitAsync(context with { Waited = waited }, any.Token);
        }
        catch (OperationCanceledException) when (
            any.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // No event came, or the spec was replaced: the caller observes and decides.
            return;
        }
        catch (Exception exception) when (
            exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The wait itself failed (for example a broken event stream). The pause prevents a busy loop, and the next
            // observation shows the state.
            await Task.Delay(Pause, context.Time, cancellationToken);
            return;
        }

        _quickWaits = context.Time.GetElapsedTime(since) < Quick ? _quickWaits + 1 : 0;
        if (_quickWaits > QuickWaitsAllowed)
        {
            await Task.Delay(Pause, context.Time, cancellationToken);
        }
    }
}

/// <summary>The result of following a step.</summary>
/// <param name="Seen">The last observation.</param>
/// <param name="IsFirstLook">Whether it was the first observation, and the step had not been seen under way before:
/// only then a failure belongs to an earlier attempt.</param>
/// <param name="Retryable">Whether another attempt may help, if it failed.</param>
internal sealed record StepObservation(Observation Seen, bool IsFirstLook, bool Retryable = true);
