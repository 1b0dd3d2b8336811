namespace Drydock.Runs;

/// <summary>The jobs of a run, at most one per key, and their reports. A job counts as running until its final report
/// has been drained. A caller woken by that report therefore sees the job as finished, and no second job can start
/// while a report is still unread. Everything but reporting is for the one caller that advances the run.</summary>
internal sealed class JobBoard : IAsyncDisposable
{
    private readonly ConcurrentQueue<Post> _posts = new();
    private readonly Dictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isAttended;

    public bool IsBusy => _jobs.Values.Any(j => !j.Work.IsCompleted);

    public bool HasReports => !_posts.IsEmpty;

    public bool IsRunning(string key) => _jobs.ContainsKey(key);

    /// <summary>The reports since the last call, in order; of several progress reports of one job only the
    /// newest.</summary>
    public List<StepReport> Drain()
    {
        var reports = new List<StepReport>();
        while (_posts.TryDequeue(out var post))
        {
            if (post.IsLast)
            {
                _jobs.Remove(post.Job.Key);
                post.Job.Stop.Dispose();
            }

            if (post.Report is StepReport.Running running)
            {
                reports.RemoveAll(r => r is StepReport.Running && ReferenceEquals(r.Basis, running.Basis));
            }

            if (post.Report is { } report)
            {
                reports.Add(report);
            }
        }

        return reports;
    }

    /// <summary>Starts a job. Its result is its final report; null if there is nothing to report.</summary>
    /// <param name="fault">The report if the work throws without having been cancelled, which is a defect: without a
    /// report the run would wait for a job that has ended.</param>
    /// <param name="fenceEnded">Cancels the job, like all others, when this process must not act any longer, before the
    /// run itself is disposed of.</param>
    public void Start(
        string key,
        Action wake,
        Func<Action<StepReport>, CancellationToken, Task<StepReport?>> work,
        Func<Exception, StepReport?> fault,
        CancellationToken fenceEnded = default)
    {
        var job = new Job(key, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, fenceEnded));
        _jobs[key] = job;
        job.Work = RunAsync(job, wake, work, fault);
    }

    public async Task WaitForReportsAsync(
        IEnumerable<string> keys, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        var reported = Task.WhenAll(keys.Select(k => _jobs.GetValueOrDefault(k)?.Reported.Task ?? Task.CompletedTask));
        if (!reported.IsCompleted)
        {
            await reported.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Attend() => _isAttended = true;

    /// <summary>Reports wake the run again; one that came after the last drain does so now.</summary>
    public void Leave(Action wake)
    {
        _isAttended = false;
        Interlocked.MemoryBarrier();
        if (HasReports)
        {
            Apart(wake, TaskScheduler.Current);
        }
    }

    public void Cancel(string key)
    {
        if (_jobs.TryGetValue(key, out var job))
        {
            job.Stop.Cancel();
        }
    }

    /// <summary>Cancels all jobs and waits for them; the next run observes their work on the targets.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_jobs.Values.Select(j => j.Work));
        foreach (var job in _jobs.Values)
        {
            job.Stop.Dispose();
        }

        _jobs.Clear();
        _stop.Dispose();
    }

    private async Task RunAsync(
        Job job,
        Action wake,
        Func<Action<StepReport>, CancellationToken, Task<StepReport?>> work,
        Func<Exception, StepReport?> fault)
    {
        StepReport? last = null;
        await Task.Yield();
        try
        {
            last = await work(
                report =>
                {
                    _posts.Enqueue(new Post(job, report, IsLast: false));
                    Tell(job, wake);
                },
                job.Stop.Token);
        }
        catch (OperationCanceledException) when (job.Stop.IsCancellationRequested)
        {
            // Nothing to report: the next observation, here or in another process, shows the state.
        }
        catch (Exception exception)
        {
            last = fault(exception);
        }
        finally
        {
            _posts.Enqueue(new Post(job, last, IsLast: true));
        }

        if (!_stop.IsCancellationRequested)
        {
            Tell(job, wake);
        }
    }

    // The report is queued already: a caller that attends takes it, or is woken when it leaves.
    private void Tell(Job job, Action wake) => Apart(
        () =>
        {
            job.Reported.TrySetResult();
            Interlocked.MemoryBarrier();
            if (!_isAttended)
            {
                wake();
            }
        },
        job.Scheduler);

    // Nothing the caller does when woken delays a job or an advance, or makes it fail.
    private static void Apart(Action action, TaskScheduler scheduler) => _ = Task.Factory.StartNew(
        action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);

    private sealed record Post(Job Job, StepReport? Report, bool IsLast);

    private sealed record Job(string Key, CancellationTokenSource Stop)
    {
        public TaskCompletionSource Reported { get; } = new();

        /// <summary>Where the job runs: a report may come from a timer.</summary>
        public TaskScheduler Scheduler { get; } = TaskScheduler.Current;

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
