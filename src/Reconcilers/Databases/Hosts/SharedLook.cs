namespace Drydock.Reconcilers.Databases;

/// <summary>One look at an instance for all who ask within a moment: the gates of instances that are stopped side by
/// side look at the same others. A look is cancelled once no step waits for it.</summary>
/// <param name="look">Looks at the instance.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedLook(Func<CancellationToken, Task<InstanceProcess>> look, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Look? _last;

    /// <summary>A new look; those who ask next may share it.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    public Task<InstanceProcess> NewAsync(CancellationToken cancellationToken) =>
        WaitAsync(maxAge: null, cancellationToken);

    /// <summary>What a look shows that began at most so long ago; a look that failed is not used again.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    public Task<InstanceProcess> GetAsync(TimeSpan maxAge, CancellationToken cancellationToken) =>
        WaitAsync(maxAge, cancellationToken);

    public void Forget()
    {
        lock (_lock)
        {
            _last = null;
        }
    }

    private async Task<InstanceProcess> WaitAsync(TimeSpan? maxAge, CancellationToken cancellationToken)
    {
        Look asked;
        lock (_lock)
        {
            asked = maxAge is { } age
                && _last is { Task: { IsFaulted: false, IsCanceled: false } } last
                && time.GetElapsedTime(last.Begun) <= age
                ? last
                : Begin();
            asked.Waiters++;
        }

        try
        {
            return await asked.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(asked);
        }
    }

    private Look Begin()
    {
        var end = new CancellationTokenSource();
        return _last = new Look(time.GetTimestamp(), look(end.Token), end);
    }

    private void Leave(Look asked)
    {
        lock (_lock)
        {
            if (--asked.Waiters > 0 || asked.Task.IsCompleted)
            {
                return;
            }

            if (ReferenceEquals(_last, asked))
            {
                _last = null;
            }
        }

        asked.End.Cancel();
    }

    private sealed class Look(long begun, Task<InstanceProcess> task, CancellationTokenSource end)
    {
        public long Begun => begun;

        public Task<InstanceProcess> Task => task;

        public CancellationTokenSource End => end;

        public int Waiters { get; set; }
    }
}
