using Drydock.Crds.SnapshotRestores;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>What this process keeps in memory for one restore. Losing it costs at most one more verification.</summary>
internal sealed class RestoreSession : IAsyncDisposable
{
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    /// <summary>The job, if one runs or has ended without being heard.</summary>
    public RestoreJob? Job { get; set; }

    /// <summary>The beginning in the receipt that this process wrote, by its own clock.</summary>
    public string? Since { get; set; }

    /// <summary>Looks that ended without a change, since the last progress.</summary>
    public int Looks { get; set; }

    /// <summary>The snapshot and databases that were read through and found good.</summary>
    public string? Verified { get; set; }

    /// <summary>When that was.</summary>
    public DateTimeOffset VerifiedAt { get; set; }

    /// <summary>When the last look ended without a change.</summary>
    public DateTimeOffset ConcludedAt { get; set; }

    /// <summary>When to look again by itself.</summary>
    public DateTimeOffset LookAgainAt { get; set; }

    /// <summary>
    /// Whether a reconcile right after a look is only the echo of that look's own end. Without this a look would begin
    /// the next one for ever; a Secret that changes in that very second is seen at <see cref="LookAgainAt"/>.
    /// </summary>
    public bool IsEcho(SnapshotRestore restore, DateTimeOffset now) =>
        Looks > 0 && now < ConcludedAt + Echo && now < LookAgainAt && restore.Status?.ObservedGeneration == restore.Metadata.Generation;

    /// <summary>Stops the job and forgets it.</summary>
    public async Task StopAsync()
    {
        if (Job is { } job)
        {
            await job.DisposeAsync();
            Job = null;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync();
}
