namespace Drydock.Reconcilers.Snapshots;

/// <summary>A check or restore that runs outside the reconcile. It never writes the object: <see cref="CommitAsync"/>
/// hands over changes that must be in status before the job acts, and the reconcile, the only writer, writes them only
/// while the object still names this job.</summary>
internal sealed class RestoreJob(Action wake, CancellationToken fenceEnded)
    : BackgroundJob<RestoreOutcome>(wake, fenceEnded)
{
    private readonly ConcurrentQueue<Commit> _commits = new();
    private volatile string _activity = "";
    private volatile bool _stopAfterCurrent;
    private volatile string? _unverified;

    /// <summary>Random name of this job in <c>status.receipt</c>. A process that takes over replaces it by its own, and
    /// all later commits of this job are refused.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    public string Activity
    {
        get => _activity;
        set
        {
            _activity = value;
            Wake();
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

    /// <summary>Returns when the change is in status. The change must be repeatable: after a conflict it is applied
    /// again to the server's version.</summary>
    /// <exception cref="RestoreStopException">Another operator has taken over; nothing was written.</exception>
    public async Task CommitAsync(
        Func<SnapshotRestoreStatus, SnapshotRestoreStatus> change, CancellationToken cancellationToken)
    {
        var commit = new Commit(change);
        _commits.Enqueue(commit);
        Wake();
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

        Cancel();
    }

    /// <summary>A change of the status that a job waits for.</summary>
    internal sealed record Commit(Func<SnapshotRestoreStatus, SnapshotRestoreStatus> Change)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>The in-memory state of one restore. If it is lost, at most one verification is repeated.</summary>
internal sealed class RestoreSession : IAsyncDisposable
{
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    public RestoreJob? Job { get; set; }

    /// <summary>How long the attempt has taken.</summary>
    public AttemptClock? Clock { get; set; }

    /// <summary>Number of checks without a change since the last progress.</summary>
    public int Looks { get; set; }

    public string? Verified { get; set; }

    /// <summary>By the monotonic clock.</summary>
    public long VerifiedAt { get; set; }

    public DateTimeOffset ConcludedAt { get; set; }

    /// <summary>When the operator checks again without an event.</summary>
    public DateTimeOffset LookAgainAt { get; set; }

    /// <summary>Whether a reconcile right after a check is only caused by that check's own write. Without this, checks
    /// would follow each other endlessly. A Secret that changes in that second is seen at
    /// <see cref="LookAgainAt"/>.</summary>
    public bool IsEcho(SnapshotRestore restore, DateTimeOffset now) =>
        Looks > 0
            && now < ConcludedAt + Echo
            && now < LookAgainAt
            && restore.Status?.ObservedGeneration == restore.Metadata.Generation;

    public async Task StopAsync()
    {
        if (Job is { } job)
        {
            await job.DisposeAsync();
            Job = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
