using Drydock.Abstractions.Values;
using Drydock.Engine.Actions;

namespace Drydock.Engine.Running;

/// <summary>Observes one step until it is no longer under way, woken by whatever the action waits for.</summary>
/// <param name="action">What is looked at.</param>
/// <param name="context">For which step.</param>
/// <param name="timeout">How long an attempt may take now.</param>
/// <param name="isOfOtherClock">Whether another process wrote when the attempt began, by a clock that may be behind
/// ours.</param>
/// <param name="tellRunning">Told of progress.</param>
internal sealed class StepFollower(
    IStepAction action, StepContext context, Func<TimeSpan> timeout, bool isOfOtherClock, Action<string?> tellRunning)
{
    // Progress is told at most this often: each telling may become a write.
    private static readonly TimeSpan TellAtMostEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // An event can be lost (between a look and the wait, or on its way): after this long it is looked at without one.
    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(30);

    // A wait that keeps returning at once is no wait (an event stream that is always at its end): from then on looks
    // are spaced.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private const int QuickWaitsAllowed = 20;

    private int _quickWaits;

    /// <summary>
    /// A look, or a preparation, answers within this time or not at all: a target that hangs must not keep a step from
    /// ever being told of.
    /// </summary>
    public static TimeSpan LongestLook { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Observes until it is no longer under way, or its time is over.</summary>
    public async Task<StepObservation> FollowAsync(CancellationToken cancellationToken)
    {
        var began = context.Step.StartedAt;
        var first = true;
        string? told = null;
        var toldAt = DateTimeOffset.MinValue;
        while (true)
        {
            var observation = await LookAsync(cancellationToken);
            if (observation.Seen is not Observation.Running running)
            {
                return observation with { IsFirstLook = first };
            }

            var now = context.Time.GetUtcNow();
            began ??= now;
            var left = began.Value + timeout() + ClockSkew.Allowance(timeout(), isOfOtherClock) - now;
            if (left <= TimeSpan.Zero)
            {
                return new StepObservation(TimedOut(running), IsFirstLook: false);
            }

            if (first || (!string.Equals(told, running.Message, StringComparison.Ordinal) && now - toldAt >= TellAtMostEvery))
            {
                (told, toldAt) = (running.Message, now);
                tellRunning(running.Message);
            }

            first = false;
            await WaitAsync(left, cancellationToken);
        }
    }

    /// <summary>Observes once.</summary>
    public async Task<StepObservation> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var seen = await TimeLimit.RunAsync(static () => LongestLook, context.Time.GetUtcNow(), context.Time, token => action.ObserveAsync(context, token), cancellationToken);
            return new StepObservation(seen, IsFirstLook: true);
        }
        catch (StepActionException exception)
        {
            return new StepObservation(new Observation.Failed(exception.Reason, exception.Message), IsFirstLook: true, exception.Retryable);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new StepObservation(new Observation.Unknown(exception.Message), IsFirstLook: true);
        }
    }

    private Observation.Failed TimedOut(Observation.Running running) => new(
        EngineReasons.StepTimeout,
        $"not finished after {KubernetesDuration.Format(timeout())} ({running.Message ?? "still under way"}); nothing was stopped. "
        + "It goes on by itself if it still finishes; otherwise look at the node, or raise the phase's timeout.");

    private async Task WaitAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        var since = context.Time.GetTimestamp();
        using var limit = new CancellationTokenSource(left < LookWithoutEvent ? left : LookWithoutEvent, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await action.WaitAsync(context, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // No event came: the caller looks and decides.
            return;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The wait itself broke (a cut event stream); a pause keeps a broken wait from spinning, and the next look
            // says what is.
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
