namespace Drydock.Reconcilers.Snapshots;

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
