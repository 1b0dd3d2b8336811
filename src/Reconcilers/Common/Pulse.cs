namespace Drydock.Reconcilers.Common;

/// <summary>Tells everybody who waits that something happened. A waiter that came too late for a pulse waits for the next one, so waits are bounded.</summary>
public sealed class Pulse
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _next = New();

    /// <summary>Wakes all who wait.</summary>
    public void Set()
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            woken = _next;
            _next = New();
        }

        woken.TrySetResult();
    }

    /// <summary>Returns at the next pulse, or after <paramref name="atMost"/>: a pulse between a look and this wait is not lost for longer than that.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        Task next;
        lock (_gate)
        {
            next = _next.Task;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(next, Task.Delay(atMost, time, limit.Token));
        await limit.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
