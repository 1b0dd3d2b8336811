namespace Drydock.Reconcilers.Snapshots;

/// <summary>A check or restore that runs outside the reconcile. It never writes the object: <see cref="CommitAsync"/>
/// hands over changes that must be in status before the job acts, and the reconcile, the only writer, writes them only
/// while the object still names this job.</summary>
internal sealed class RestoreJob : IProgress<SnapshotProgress>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentQueue<Commit> _commits = new();
    private readonly ConcurrentDictionary<string, SnapshotProgress> _progress = new(StringComparer.Ordinal);
    private readonly Action _wake;
    private volatile string _activity = "";
    private volatile bool _stopAfterCurrent;
    private volatile string? _unverified;

    private RestoreJob(Action wake, CancellationToken fenceEnded) =>
        (_wake, _stop) = (wake, CancellationTokenSource.CreateLinkedTokenSource(fenceEnded));

    /// <summary>Random name of this job in <c>status.receipt</c>. A process that takes over replaces it by its own, and
    /// all later commits of this job are refused.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    public Task<RestoreOutcome> Work { get; private set; } = Task.FromException<RestoreOutcome>(
        new InvalidOperationException("not started"));

    public string Activity
    {
        get => _activity;
        set
        {
            _activity = value;
            _wake();
        }
    }

    public bool StopAfterCurrent
    {
        get => _stopAfterCurrent;
        set => _stopAfterCurrent = value;
    }

    public string? Unverified
    {
        get => _unverified;
        set => _unverified = value;
    }

    /// <summary>Creates a job; <see cref="Start"/> starts it.</summary>
    /// <param name="fenceEnded">Cancels the job when this process must not act any longer.</param>
    public static RestoreJob Create(Action wake, CancellationToken fenceEnded) => new(wake, fenceEnded);

    public void Start(Func<RestoreJob, CancellationToken, Task<RestoreOutcome>> work)
    {
        Work = Task.Run(() => work(this, _stop.Token), CancellationToken.None);
        _ = Work.ContinueWith(
            _ => _wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Report(SnapshotProgress value) => _progress[value.Database] = value;

    public SnapshotProgress? ProgressOf(string database) => _progress.GetValueOrDefault(database);

    /// <summary>Returns when the change is in status. The change must be repeatable: after a conflict it is applied
    /// again to the server's version.</summary>
    /// <exception cref="RestoreStopException">Another operator has taken over; nothing was written.</exception>
    public async Task CommitAsync(
        Func<SnapshotRestoreStatus, SnapshotRestoreStatus> change, CancellationToken cancellationToken)
    {
        var commit = new Commit(change);
        _commits.Enqueue(commit);
        _wake();
        await commit.Done.Task.WaitAsync(cancellationToken);
    }

    public IReadOnlyList<Commit> Pending()
    {
        while (_commits.TryPeek(out var first) && first.Done.Task.IsCompleted)
        {
            _commits.TryDequeue(out _);
        }

        return [.. _commits];
    }

    public void Supersede()
    {
        foreach (var commit in Pending())
        {
            commit.Done.TrySetException(new RestoreStopException(new RestoreOutcome.Superseded()));
        }

        _stop.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Work.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    /// <summary>A change of the status that a job waits for.</summary>
    /// <param name="Change">The change.</param>
    internal sealed record Commit(Func<SnapshotRestoreStatus, SnapshotRestoreStatus> Change)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
