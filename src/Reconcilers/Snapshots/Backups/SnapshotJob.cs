using System.Collections.Concurrent;
using Drydock.Clients.Snapshots;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>One snapshot being taken beside the reconcile, and how far it is.</summary>
internal sealed class SnapshotJob : IProgress<SnapshotProgress>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentDictionary<string, SnapshotProgress> _progress = new(StringComparer.Ordinal);

    private SnapshotJob(CancellationToken fenceEnded) =>
        _stop = CancellationTokenSource.CreateLinkedTokenSource(fenceEnded);

    /// <summary>The work; its result is the manifest of the verified snapshot.</summary>
    public Task<SnapshotManifest> Work { get; private set; } = Task.FromException<SnapshotManifest>(new InvalidOperationException("not started"));

    /// <summary>
    /// Starts the work; <paramref name="ended"/> is called when it is over, however it ended. <paramref
    /// name="fenceEnded"/> cancels it
    /// when this process must not act any more.
    /// </summary>
    public static SnapshotJob Start(
        Func<SnapshotJob, CancellationToken, Task<SnapshotManifest>> work, Action ended, CancellationToken fenceEnded)
    {
        var job = new SnapshotJob(fenceEnded);
        job.Work = Task.Run(() => work(job, job._stop.Token), CancellationToken.None);
        _ = job.Work.ContinueWith(_ => ended(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return job;
    }

    /// <summary>Whether any database is past dumping.</summary>
    public bool IsVerifying => _progress.Values.Any(p => p.Stage != SnapshotStage.Dumping);

    /// <inheritdoc />
    public void Report(SnapshotProgress value) => _progress[value.Database] = value;

    /// <summary>How far a database is, for people; null if it has not begun.</summary>
    public string? ProgressOf(string database) => _progress.TryGetValue(database, out var p) ? p.Describe() : null;

    /// <summary>Databases that are past their dump.</summary>
    public int Published =>
        _progress.Values.Count(p => p.Stage is not (SnapshotStage.Dumping or SnapshotStage.Verifying));

    /// <summary>All databases that have begun, for people.</summary>
    public string Describe() =>
        string.Join(", ", _progress.Values.OrderBy(p => p.Database, StringComparer.Ordinal).Select(p => $"{p.Database} {p.Describe()}"));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Work.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }
}
