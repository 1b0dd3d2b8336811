namespace Drydock.Reconcilers.Upgrades;

/// <summary>Wakes all waiters when something happened. A waiter that came too late waits for the next signal, so waits
/// are bounded.</summary>
internal sealed class AsyncSignal
{
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _waiting = [];

    public void Set()
    {
        List<TaskCompletionSource> woken;
        lock (_gate)
        {
            woken = [.. _waiting];
            _waiting.Clear();
        }

        woken.ForEach(w => w.TrySetResult());
    }

    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add(waiter);
        }

        try
        {
            await using var limit = time.CreateTimer(
                static w => ((TaskCompletionSource)w!).TrySetResult(),
                waiter,
                Timers.Clamp(atMost),
                Timeout.InfiniteTimeSpan);
            await using var cancelled = cancellationToken.UnsafeRegister(
                static (w, token) => ((TaskCompletionSource)w!).TrySetCanceled(token), waiter);
            await waiter.Task;
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(waiter);
            }
        }
    }
}
