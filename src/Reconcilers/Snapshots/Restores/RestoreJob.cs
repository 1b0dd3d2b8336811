using System.Collections.Concurrent;
using Drydock.Clients.Snapshots;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// One look or restore running beside the reconcile. It never writes to the object itself: what it must have in status
/// before it acts it hands over with <see cref="CommitAsync"/>, and the reconcile, the one writer, writes it only while
/// the object still names this job.
/// </summary>
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

    /// <summary>
    /// Random name of this job in <c>status.receipt</c>: a process that took over puts its own there, and this job's
    /// commits are refused from then on.
    /// </summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The work.</summary>
    public Task<RestoreOutcome> Work { get; private set; } = Task.FromException<RestoreOutcome>(new InvalidOperationException("not started"));

    /// <summary>What it does now, for people.</summary>
    public string Activity
    {
        get => _activity;
        set
        {
            _activity = value;
            _wake();
        }
    }

    /// <summary>True: finish the database that is under way and begin no other.</summary>
    public bool StopAfterCurrent
    {
        get => _stopAfterCurrent;
        set => _stopAfterCurrent = value;
    }

    /// <summary>The warning of a server whose identity is not verified, from before the first drop on.</summary>
    public string? Unverified
    {
        get => _unverified;
        set => _unverified = value;
    }

    /// <summary>Makes a job; <see cref="Start"/> starts it.</summary>
    /// <param name="wake">Called when it has something to write, and when it is over.</param>
    /// <param name="fenceEnded">Cancels it when this process must not act any more.</param>
    public static RestoreJob Create(Action wake, CancellationToken fenceEnded) => new(wake, fenceEnded);

    /// <summary>Starts the work.</summary>
    public void Start(Func<RestoreJob, CancellationToken, Task<RestoreOutcome>> work)
    {
        Work = Task.Run(() => work(this, _stop.Token), CancellationToken.None);
        _ = Work.ContinueWith(_ => _wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <inheritdoc />
    public void Report(SnapshotProgress value) => _progress[value.Database] = value;

    /// <summary>How far a database is; null if nothing is known.</summary>
    public SnapshotProgress? ProgressOf(string database) => _progress.GetValueOrDefault(database);

    /// <summary>
    /// Returns when the change is in status. Must be repeatable: it is applied anew to what the server has after a
    /// conflict.
    /// </summary>
    /// <exception cref="RestoreStopException">Another operator has taken over; nothing was written.</exception>
    public async Task CommitAsync(
        Func<SnapshotRestoreStatus, SnapshotRestoreStatus> change, CancellationToken cancellationToken)
    {
        var commit = new Commit(change);
        _commits.Enqueue(commit);
        _wake();
        await commit.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// The changes that wait to be written, in order; they stay until <see cref="Commit.Done"/> is set.
    /// </summary>
    public IReadOnlyList<Commit> Pending()
    {
        while (_commits.TryPeek(out var first) && first.Done.Task.IsCompleted)
        {
            _commits.TryDequeue(out _);
        }

        return [.. _commits];
    }

    /// <summary>Refuses what waits and whatever comes.</summary>
    public void Supersede()
    {
        foreach (var commit in Pending())
        {
            commit.Done.TrySetException(new RestoreStopException(new RestoreOutcome.Superseded()));
        }

        _stop.Cancel();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Work.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    /// <summary>A change of the status that a job waits for.</summary>
    /// <param name="Change">The change.</param>
    internal sealed record Commit(Func<SnapshotRestoreStatus, SnapshotRestoreStatus> Change)
    {
        /// <summary>Set when it is written.</summary>
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
