namespace Drydock.Engine.Running;

/// <summary>Cancels work that does not finish in time. The limit may be raised while the work runs.</summary>
internal static class TimeLimit
{
    // Timers accept at most 49 days; the limit is checked again after this long.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(1);

    /// <summary>Runs <paramref name="work"/> to its end.</summary>
    /// <param name="work">Must end when cancelled.</param>
    /// <exception cref="TimeoutException">The limit passed and the work was cancelled.</exception>
    public static async Task<T> RunAsync<T>(
        Func<TimeSpan> limit,
        TimeProvider time,
        Func<CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ITimer? timer = null;
        await using (timer = time.CreateTimer(Check, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan))
        {
            Check(null);
            try
            {
                return await work(stop.Token);
            }
            catch (OperationCanceledException exception) when (
                stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"No answer within {KubernetesDuration.Format(limit())}. Something on the target hangs.",
                    exception);
            }
        }

        void Check(object? state)
        {
            var left = limit() - time.GetElapsedTime(since);
            if (left > TimeSpan.Zero)
            {
                timer!.Change(left < LongestTimer ? left : LongestTimer, Timeout.InfiniteTimeSpan);
            }
            else
            {
                stop.Cancel();
            }
        }
    }
}
