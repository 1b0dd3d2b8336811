namespace Drydock.Clients.Snapshots;

/// <summary>Runs the blocking calls of one storage root on threads of its own. A hanging call occupies one of them, and
/// never a thread of the .NET pool or of another root. Once a call has exceeded the limit, the root counts as hung:
/// waiting and new calls fail immediately until every overdue call has returned.</summary>
/// <param name="root">The root, for messages.</param>
/// <param name="limit">How long a call may take.</param>
internal sealed class BlockingCalls(string root, TimeSpan limit, TimeProvider time)
{
    private const int MostThreads = 4;

    private readonly Lock _gate = new();
    private readonly BlockingCollection<Call> _waiting = [];
    private int _threads;
    private int _unfinished;
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

        await using var left = cancellationToken.Register(() => result.TrySetCanceled(cancellationToken));
        return await result.Task;
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

    // The lock is held.
    private void Enqueue(Call call)
    {
        _waiting.Add(call);
        _unfinished++;
        if (_threads < Math.Min(_unfinished, MostThreads))
        {
            _threads++;
            new Thread(Work) { IsBackground = true, Name = "storage" }.UnsafeStart();
        }
    }

    private void Work()
    {
        foreach (var call in _waiting.GetConsumingEnumerable())
        {
            using (time.CreateTimer(_ => Overdue(call), null, limit, Timeout.InfiniteTimeSpan))
            {
                call.Run();
            }

            lock (_gate)
            {
                call.IsOver = true;
                _overdue -= call.IsLate ? 1 : 0;
                _unfinished--;
            }
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
            _hung = $"The storage root {root} does not answer: a call to {call.What} has not returned within "
                + $"{limit.TotalSeconds:0} s, since {time.GetUtcNow() - limit:u}. Repair the volume or the server "
                + "behind it; the operator uses it again as soon as the call returns.";
            var posted = new List<Call>();
            while (_waiting.TryTake(out var waiting))
            {
                (waiting.Fail is null ? posted : failing).Add(waiting);
            }

            _unfinished -= failing.Count - 1;
            posted.ForEach(_waiting.Add);
        }

        failing.ForEach(late => late.Fail?.Invoke(Hung()));
    }

    private SnapshotException Hung() => new(SnapshotFailure.StorageUnusable, _hung);

    /// <param name="What">What it does.</param>
    /// <param name="Run">The call; it does not throw.</param>
    /// <param name="Fail">Answers its caller with an exception; null: no caller waits for it.</param>
    private sealed record Call(string What, Action Run, Action<Exception>? Fail)
    {
        // Both are guarded by the lock.
        public bool IsOver { get; set; }

        public bool IsLate { get; set; }
    }
}
