namespace Drydock.Reconcilers.Snapshots;

/// <summary>A snapshot that is being taken outside the reconcile, and its progress.</summary>
internal sealed class SnapshotJob : IProgress<SnapshotProgress>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentDictionary<string, SnapshotProgress> _progress = new(StringComparer.Ordinal);

    private SnapshotJob(CancellationToken fenceEnded) =>
        _stop = CancellationTokenSource.CreateLinkedTokenSource(fenceEnded);

    public Task<SnapshotManifest> Work { get; private set; } = Task.FromException<SnapshotManifest>(
        new InvalidOperationException("not started"));

    /// <summary>Starts the work. <paramref name="ended"/> is called when it has ended, with any result;
    /// <paramref name="fenceEnded"/> cancels it when this process must not act any longer.</summary>
    public static SnapshotJob Start(
        Func<SnapshotJob, CancellationToken, Task<SnapshotManifest>> work, Action ended, CancellationToken fenceEnded)
    {
        var job = new SnapshotJob(fenceEnded);
        job.Work = Task.Run(() => work(job, job._stop.Token), CancellationToken.None);
        _ = job.Work.ContinueWith(
            _ => ended(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return job;
    }

    public bool IsVerifying => _progress.Values.Any(p => p.Stage != SnapshotStage.Dumping);

    public void Report(SnapshotProgress value) => _progress[value.Database] = value;

    public string? ProgressOf(string database) => _progress.TryGetValue(database, out var p) ? p.Describe() : null;

    public int Published =>
        _progress.Values.Count(p => p.Stage is not (SnapshotStage.Dumping or SnapshotStage.Verifying));

    public string Describe() =>
        string.Join(
            ", ",
            _progress.Values.OrderBy(p => p.Database, StringComparer.Ordinal)
                .Select(p => $"{p.Database} {p.Describe()}"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Work.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }
}
