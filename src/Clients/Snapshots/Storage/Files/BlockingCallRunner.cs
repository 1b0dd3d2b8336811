using System.Globalization;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Runs the blocking calls of one storage root on dedicated threads. A hanging call occupies one of them and never a
/// thread of the .NET pool. Once a call has exceeded the limit, the root counts as hung: waiting and new calls fail
/// immediately until every overdue call has returned.
/// </summary>
internal sealed class BlockingCallRunner
{
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(10);

    private readonly string _root;
    private readonly StorageRootOptions _options;
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private readonly Queue<Call> _waiting = new();
    private int _threads;
    private int _idle;
    private int _overdue;
    private string _hung = "";

    internal BlockingCallRunner(string root, StorageRootOptions options, TimeProvider time) =>
        (_root, _options, _time) = (root, options, time);

    /// <summary>Runs a call.</summary>
    /// <param name="what">What it does, for the message about a hanging root: "open 'a/b'".</param>
    /// <param name="work">The call. A result that arrives after the caller has left is disposed.</param>
    /// <param name="cancellationToken">Abandons the call, which may still take effect.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root hangs.</exception>
    internal Task<T> RunAsync<T>(string what, Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var call = new Call<T>(this, what, work);
        lock (_gate)
        {
            if (_overdue > 0)
            {
                return Task.FromException<T>(Hung());
            }

            Enqueue(call);
        }

        return call.WaitAsync(cancellationToken);
    }

    /// <summary>Runs a call without waiting for it, even while the root hangs: the close of a file.</summary>
    internal void Post(string what, Action work)
    {
        lock (_gate)
        {
            Enqueue(new Call<bool>(this, what, () =>
            {
                work();
                return true;
            })
            { IsPosted = true });
        }
    }

    private void Enqueue(Call call)
    {
        _waiting.Enqueue(call);
        Monitor.Pulse(_gate);

        // A woken thread counts as idle until it runs, so further calls need additional threads.
        if (_waiting.Count > _idle && _threads < _options.Threads)
        {
            new Thread(Work) { IsBackground = true, Name = $"storage {_root}" }.UnsafeStart();
            _threads++;
        }
    }

    private void Work()
    {
        while (Next() is { } call)
        {
            using (_time.CreateTimer(
                static state => ((Call)state!).Late(), call, _options.Limit, Timeout.InfiniteTimeSpan))
            {
                call.Run();
            }

            lock (_gate)
            {
                call.IsOver = true;
                if (call.IsLate)
                {
                    _overdue--;
                }
            }
        }
    }

    private Call? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                _idle++;
                var pulsed = Monitor.Wait(_gate, IdleFor);
                _idle--;
                if (!pulsed && _waiting.Count == 0)
                {
                    _threads--;
                    return null;
                }
            }

            return _waiting.Dequeue();
        }
    }

    private SnapshotException Hung() => new(SnapshotFailure.StorageUnusable, _hung);

    private void Overdue(Call call)
    {
        List<Call> fail = [call];
        SnapshotException error;
        lock (_gate)
        {
            if (call.IsOver)
            {
                return;
            }

            call.IsLate = true;
            _overdue++;
            _hung = string.Create(
                CultureInfo.InvariantCulture,
                $"The storage root {_root} does not answer: a call to {call.What} has not returned within "
                    + $"{_options.Limit.TotalSeconds:0} s, since {_time.GetUtcNow() - _options.Limit:u}. "
                    + $"Repair the volume or the server behind it; the operator uses it again as soon as the call "
                    + $"returns.");
            error = Hung();
            var posted = _waiting.Where(static c => c.IsPosted).ToList();
            fail.AddRange(_waiting.Where(static c => !c.IsPosted));
            _waiting.Clear();
            posted.ForEach(_waiting.Enqueue);
        }

        foreach (var late in fail)
        {
            late.Fail(error);
        }
    }

    private abstract class Call(BlockingCallRunner owner, string what)
    {
        internal string What => what;

        internal bool IsPosted { get; init; }

        // Both are guarded by the owner's lock.
        internal bool IsOver { get; set; }

        internal bool IsLate { get; set; }

        internal void Late() => owner.Overdue(this);

        internal abstract void Run();

        internal abstract void Fail(Exception error);
    }

    private sealed class Call<T>(BlockingCallRunner owner, string what, Func<T> work) : Call(owner, what)
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal async Task<T> WaitAsync(CancellationToken cancellationToken)
        {
            await using var registration = cancellationToken.Register(
                static (state, token) => ((TaskCompletionSource<T>)state!).TrySetCanceled(token),
                _result).ConfigureAwait(false);
            return await _result.Task.ConfigureAwait(false);
        }

        internal override void Run()
        {
            if (_result.Task.IsCompleted)
            {
                return;
            }

            try
            {
                var result = work();
                if (!_result.TrySetResult(result))
                {
                    (result as IDisposable)?.Dispose();
                }
            }
            catch (Exception error)
            {
                // Any exception belongs to the caller; a caller that has left does not need it.
                _ = _result.TrySetException(error);
            }
        }

        internal override void Fail(Exception error) => _result.TrySetException(error);
    }
}
