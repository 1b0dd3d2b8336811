namespace Drydock.Reconcilers.Snapshots;

/// <summary>Work with databases that runs outside the reconcile, and its progress.</summary>
/// <param name="wake">Called when the work has ended, with any result, and when there is something to write.</param>
/// <param name="fenceEnded">Cancels the work when this process must not act any longer.</param>
internal abstract class BackgroundJob<TResult>(Action wake, CancellationToken fenceEnded)
    : IProgress<SnapshotProgress>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(fenceEnded);
    private readonly ConcurrentDictionary<string, SnapshotProgress> _progress = new(StringComparer.Ordinal);

    public Task<TResult> Work { get; private set; } = Task.FromException<TResult>(
        new InvalidOperationException("not started"));

    protected ICollection<SnapshotProgress> Progress => _progress.Values;

    public void Start(Func<CancellationToken, Task<TResult>> work)
    {
        Work = Task.Run(() => work(_stop.Token), CancellationToken.None);
        _ = Work.ContinueWith(_ => wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Report(SnapshotProgress value) => _progress[value.Database] = value;

    public SnapshotProgress? ProgressOf(string database) => _progress.GetValueOrDefault(database);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    protected void Wake() => wake();

    protected void Cancel() => _stop.Cancel();
}

/// <summary>A snapshot that is being taken outside the reconcile.</summary>
internal sealed class SnapshotJob(Action wake, CancellationToken fenceEnded)
    : BackgroundJob<SnapshotManifest>(wake, fenceEnded)
{
    public bool IsVerifying => Progress.Any(p => p.Stage != SnapshotStage.Dumping);

    public int Published => Progress.Count(p => p.Stage is not (SnapshotStage.Dumping or SnapshotStage.Verifying));

    public string Describe() => string.Join(
        ", ", Progress.OrderBy(p => p.Database, StringComparer.Ordinal).Select(p => $"{p.Database} {p.Describe()}"));
}
