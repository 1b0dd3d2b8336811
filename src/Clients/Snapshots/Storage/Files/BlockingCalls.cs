namespace Drydock.Clients.Snapshots;

/// <summary>The threads on which all storage roots run their blocking calls. A hanging call occupies one of them and
/// never a thread of the .NET pool.</summary>
internal sealed class StorageThreads
{
    internal const int Count = 8;

    private readonly BlockingCollection<Action> _calls = [];

    internal StorageThreads()
    {
        for (var i = 0; i < Count; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "storage" }.UnsafeStart();
        }
    }

    internal static StorageThreads Shared { get; } = new();

    /// <summary>Runs a call, which does not throw, as soon as a thread is free.</summary>
    internal void Run(Action call) => _calls.Add(call);

    private void Work()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            call();
        }
    }
}

/// <summary>Runs the blocking calls of one storage root, on at most half of the threads, so that one hung root leaves
/// the others some. Once a call has exceeded the limit, the root counts as hung: waiting and new calls fail immediately
/// until every overdue call has returned.</summary>
/// <param name="root">The root, for messages.</param>
/// <param name="limit">How long a call may take.</param>
/// <param name="time">The clock.</param>
/// <param name="threads">Where the calls run.</param>
internal sealed class BlockingCalls(string root, TimeSpan limit, TimeProvider time, StorageThreads threads)
{
    /// <summary>How many calls to one root run at the same time.</summary>
    internal const int AtOnce = StorageThreads.Count / 2;

    private readonly Lock _gate = new();
    private readonly Queue<Call> _waiting = new();
    private int _running;
    private int _overdue;
    private string _hung = "";

    /// <summary>Runs a call.</summary>
    /// <param name="what">What it does, for the message about a hanging root: "open 'a/b'".</param>
    /// <param name="work">The call. A result that arrives after the caller has left is disposed.</param>
    /// <param name="cancellationToken">Abandons the call, which may still take effect.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root hangs.</exception>
    internal async Task<T> RunAsync<T>(string what, Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_overdue > 0)
            {
                throw Hung();
            }

            Enqueue(new Call(what, () => Answer(work, result), error => result.TrySetException(error)));
        }

        await using var left = cancellationToken.Register(() => result.TrySetCanceled(cancellationToken))
            .ConfigureAwait(false);
        return await result.Task.ConfigureAwait(false);
    }

    /// <summary>Runs a call without waiting for it, even while the root hangs: the close of a file.</summary>
    internal void Post(string what, Action work)
    {
        lock (_gate)
        {
            Enqueue(new Call(what, work, Fail: null));
        }
    }

    private static void Answer<T>(Func<T> work, TaskCompletionSource<T> result)
    {
        if (result.Task.IsCompleted)
        {
            return;
        }

        try
        {
            var answer = work();
            if (!result.TrySetResult(answer))
            {
                (answer as IDisposable)?.Dispose();
            }
        }
        catch (Exception error)
        {
            // Any exception belongs to the caller; a caller that has left does not need it.
            _ = result.TrySetException(error);
        }
    }

    private void Enqueue(Call call)
    {
        _waiting.Enqueue(call);
        StartNext();
    }

    // The lock is held.
    private void StartNext()
    {
        if (_running < AtOnce && _waiting.TryDequeue(out var call))
        {
            _running++;
            call.Limit = time.CreateTimer(_ => Overdue(call), null, limit, Timeout.InfiniteTimeSpan);
            threads.Run(() => Work(call));
        }
    }

    private void Work(Call call)
    {
        call.HasBegun = true;
        call.Run();
        lock (_gate)
        {
            call.Limit!.Dispose();
            call.IsOver = true;
            _overdue -= call.IsLate ? 1 : 0;
            _running--;
            StartNext();
        }
    }

    private void Overdue(Call call)
    {
        List<Call> failing = [call];
        lock (_gate)
        {
            if (call.IsOver)
            {
                return;
            }

            call.IsLate = true;
            _overdue++;
            _hung = Describe(call);
            failing.AddRange(_waiting.Where(static c => c.Fail is not null));
            var posted = _waiting.Where(static c => c.Fail is null).ToList();
            _waiting.Clear();
            posted.ForEach(_waiting.Enqueue);
        }

        failing.ForEach(late => late.Fail?.Invoke(Hung()));
    }

    private SnapshotException Hung() => new(SnapshotFailure.StorageUnusable, _hung);

    private string Describe(Call call)
    {
        var (seconds, since) = (limit.TotalSeconds, time.GetUtcNow() - limit);
        return call.HasBegun
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The storage root {root} does not answer: a call to {call.What} has not returned within "
                + $"{seconds:0} s, since {since:u}. Repair the volume or the server behind it; the operator uses it "
                + $"again as soon as the call returns.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The storage root {root} cannot be used: a call to {call.What} has waited {seconds:0} s for a "
                + $"thread, since {since:u}, because calls to other storage roots do not return. Repair the volumes "
                + $"or the servers behind them; the operator uses this root again as soon as a call returns.");
    }

    /// <param name="What">What it does.</param>
    /// <param name="Run">The call; it does not throw.</param>
    /// <param name="Fail">Answers its caller with an exception; null: no caller waits for it.</param>
    private sealed record Call(string What, Action Run, Action<Exception>? Fail)
    {
        public ITimer? Limit { get; set; }

        public bool HasBegun { get; set; }

        // Both are guarded by the lock.
        public bool IsOver { get; set; }

        public bool IsLate { get; set; }
    }
}
