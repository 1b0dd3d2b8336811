namespace Drydock.Reconcilers.Upgrades;

/// <summary>Lets callers that ask for the same thing at the same time share one answer. Nothing is kept: a failure
/// reaches the callers that waited for it and no later one. A caller that gives up does not end the work of the others;
/// the work is cancelled when the last one has left.</summary>
/// <typeparam name="TValue">The answer.</typeparam>
internal sealed class SharedReads<TValue>
{
    private readonly ConcurrentDictionary<string, SharedAnswer<TValue>> _underWay = new(StringComparer.Ordinal);

    /// <summary>The answer to a question; asked once for all callers that wait for it.</summary>
    public async Task<TValue> ReadAsync(
        string key, Func<CancellationToken, Task<TValue>> ask, CancellationToken cancellationToken)
    {
        var answer = _underWay.GetOrAdd(key, static _ => new SharedAnswer<TValue>(TimeProvider.System));
        try
        {
            return await answer.GetAsync(
                TimeSpan.MaxValue,
                token => Task.Run(() => ask(token), CancellationToken.None),
                cancellationToken);
        }
        finally
        {
            if (!answer.IsAwaited)
            {
                _underWay.TryRemove(KeyValuePair.Create(key, answer));
            }
        }
    }
}

/// <summary>One answer for all who ask within a moment. It is cancelled when no caller waits for it any more.</summary>
internal sealed class SharedAnswer<TValue>(TimeProvider time)
{
    private readonly Lock _lock = new();
    private Asked? _last;

    public bool IsAwaited
    {
        get
        {
            lock (_lock)
            {
                return _last is { Waiters: > 0 };
            }
        }
    }

    /// <summary>What was answered to a question of at most this age; one that failed is not used again.</summary>
    /// <param name="maxAge">Null asks again; those who ask next may share the answer.</param>
    public async Task<TValue> GetAsync(
        TimeSpan? maxAge, Func<CancellationToken, Task<TValue>> ask, CancellationToken cancellationToken)
    {
        Asked asked;
        lock (_lock)
        {
            asked = maxAge is { } age
                && _last is { Answer: { IsFaulted: false, IsCanceled: false } } last
                && time.GetElapsedTime(last.Begun) <= age
                ? last
                : Begin(ask);
            asked.Waiters++;
        }

        try
        {
            return await asked.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(asked);
        }
    }

    public void Forget()
    {
        lock (_lock)
        {
            _last = null;
        }
    }

    private Asked Begin(Func<CancellationToken, Task<TValue>> ask)
    {
        var end = new CancellationTokenSource();
        return _last = new Asked(time.GetTimestamp(), ask(end.Token), end);
    }

    private void Leave(Asked asked)
    {
        lock (_lock)
        {
            if (--asked.Waiters > 0 || asked.Answer.IsCompleted)
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

    private sealed class Asked(long begun, Task<TValue> answer, CancellationTokenSource end)
    {
        public long Begun => begun;

        public Task<TValue> Answer => answer;

        public CancellationTokenSource End => end;

        public int Waiters { get; set; }
    }
}
