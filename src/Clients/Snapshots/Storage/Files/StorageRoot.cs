namespace Drydock.Clients.Snapshots;

/// <summary>A directory that the administrator configured for directory storages. Its blocking calls run on threads of
/// their own, a few at a time. A hanging call occupies one of them, and never a thread of the .NET pool or of another
/// root. Once a call has exceeded the limit, the root counts as hung: its calls fail immediately until every overdue
/// call has returned.</summary>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "As old as the process.")]
internal sealed class StorageRoot
{
    private const int MostThreads = 4;

    // Far longer than any call to a working volume, including a sync of 16 MiB to a slow disk.
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _limit;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _slots = new(MostThreads);
    private CancellationTokenSource _hang = new();
    private int _overdue;
    private string _hung = "";

    /// <summary>Opens nothing yet.</summary>
    /// <param name="path">Absolute path; symbolic links in it are followed, because an administrator chose it.</param>
    /// <param name="limit">How long one call may take before the root counts as hung; null: a minute.</param>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    internal StorageRoot(string path, TimeSpan? limit = null, TimeProvider? time = null)
    {
        if (!path.StartsWith('/'))
        {
            throw new ArgumentException($"'{path}' is not an absolute path.", nameof(path));
        }

        Path = path.Length > 1 ? path.TrimEnd('/') : path;
        (_limit, Time) = (limit ?? DefaultLimit, time ?? TimeProvider.System);
    }

    internal string Path { get; }

    internal TimeProvider Time { get; }

    /// <summary>Runs a call with the open root.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root does not exist, or
    /// hangs.</exception>
    internal Task<T> RunAsync<T>(string what, Func<Folder, T> work, CancellationToken cancellationToken) =>
        RunAsync(
            what,
            () =>
            {
                // A missing root means that a volume is not mounted; it must not be created.
                using var root = Folder.Open(Path)
                    ?? throw new SnapshotException(
                        SnapshotFailure.StorageUnusable,
                        $"{Path} does not exist. Mount the volume, or create the directory.");
                return work(root);
            },
            cancellationToken);

    /// <summary>Runs a call.</summary>
    /// <param name="what">What it does, for the message about a hanging root: "open 'a/b'".</param>
    /// <param name="work">The call. A result that arrives after the caller has left is disposed.</param>
    /// <param name="cancellationToken">Abandons the call, which may still take effect.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: the root hangs.</exception>
    internal async Task<T> RunAsync<T>(string what, Func<T> work, CancellationToken cancellationToken)
    {
        CancellationToken hang;
        lock (_gate)
        {
            hang = _hang.Token;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hang);
        var call = CallAsync(what, work, either.Token);
        try
        {
            return await call.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            _ = DisposeLateAsync(call);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SnapshotException(SnapshotFailure.StorageUnusable, _hung);
        }
    }

    /// <summary>Runs a call without waiting for it, even while the root hangs: the close of a file.</summary>
    internal void Post(string what, Action work) => _ = CallAsync(
        what,
        () =>
        {
            work();
            return true;
        },
        CancellationToken.None);

    private static async Task DisposeLateAsync<T>(Task<T> call)
    {
        await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (call.IsCompletedSuccessfully)
        {
            (await call as IDisposable)?.Dispose();
        }
    }

    private async Task<T> CallAsync<T>(string what, Func<T> work, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        return await Task.Factory.StartNew(
            () => Call(what, work),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private T Call<T>(string what, Func<T> work)
    {
        var (isOver, isLate) = (false, false);
        using var timer = Time.CreateTimer(_ => Overdue(), null, _limit, Timeout.InfiniteTimeSpan);
        try
        {
            return work();
        }
        finally
        {
            lock (_gate)
            {
                isOver = true;
                if (isLate && --_overdue == 0)
                {
                    _hang = new CancellationTokenSource();
                }
            }

            _slots.Release();
        }

        void Overdue()
        {
            CancellationTokenSource hang;
            lock (_gate)
            {
                if (isOver)
                {
                    return;
                }

                isLate = true;
                _overdue++;
                _hung = $"The storage root {Path} does not answer: a call to {what} has not returned within "
                    + $"{_limit.TotalSeconds:0} s, since {Time.GetUtcNow() - _limit:u}. Repair the volume or the "
                    + "server behind it; the operator uses it again as soon as the call returns.";
                hang = _hang;
            }

            _ = hang.CancelAsync();
        }
    }
}
