namespace Drydock.Reconcilers.Snapshots;

/// <summary>A check or restore that runs outside the reconcile. It never writes the object: <see cref="CommitAsync"/>
/// hands over changes that must be in status before the job acts, and the reconcile, the only writer, writes them only
/// while the object still names this job.</summary>
internal sealed class RestoreJob(Action wake, CancellationToken fenceEnded)
    : BackgroundJob<RestoreOutcome>(wake, fenceEnded)
{
    /// <summary>Random name of this job in <c>status.receipt</c>. A process that takes over replaces it by its own, and
    /// all later commits of this job are refused.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    public string Activity
    {
        get;
        set
        {
            field = value;
            Wake();
        }
    } = "";

    public bool StopAfterCurrent { get; set; }

    public string? Unverified { get; set; }

    public SortedSet<string> Dropped { get; } = new(StringComparer.Ordinal);

    public string DroppedText => Dropped.Count == 0
        ? ""
        : $"Dropped in this attempt: {string.Join(", ", Dropped)}. A retry loads the databases that are not restored "
            + "yet.";

    /// <summary>Changes of the status that the job waits for, in order.</summary>
    public ConcurrentQueue<RestoreCommit> Commits { get; } = new();

    /// <summary>Returns when the change is in status. The change must be repeatable: after a conflict it is applied
    /// again to the server's version.</summary>
    /// <exception cref="RestoreStopException">Another operator has taken over; nothing was written.</exception>
    public async Task CommitAsync(
        Func<SnapshotRestoreStatus, SnapshotRestoreStatus> change, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Commits.Enqueue(new RestoreCommit(change, done));
        Wake();
        await done.Task.WaitAsync(cancellationToken);
    }

    public void Supersede()
    {
        while (Commits.TryDequeue(out var commit))
        {
            commit.Done.TrySetException(new RestoreStopException(RestoreOutcome.Superseded));
        }

        Stop();
    }
}

/// <summary>A change of the status, and who waits until it is written.</summary>
internal sealed record RestoreCommit(
    Func<SnapshotRestoreStatus, SnapshotRestoreStatus> Change, TaskCompletionSource Done);

/// <summary>The in-memory state of one restore. If it is lost, at most one verification is repeated.</summary>
internal sealed class RestoreSession : IAsyncDisposable
{
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

    public async ValueTask DisposeAsync()
    {
        if (Job is { } job)
        {
            await job.DisposeAsync();
            Job = null;
        }
    }
}
