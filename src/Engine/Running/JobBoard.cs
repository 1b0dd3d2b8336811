using System.Collections.Concurrent;

namespace Drydock.Engine.Running;

/// <summary>
/// The jobs of a run, at most one a key, and what they reported. A job counts as running until its last report is taken
/// in, so that whoever is woken by that report sees the job as over, and nobody begins a second one on what the first
/// has not yet been heard to say. All but the reporting is for the one caller that advances the run.
/// </summary>
internal sealed class JobBoard : IAsyncDisposable
{
    private readonly ConcurrentQueue<Post> _posts = new();
    private readonly Dictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Whether any job is under way.</summary>
    public bool IsBusy => _jobs.Values.Any(j => !j.Work.IsCompleted);

    /// <summary>Whether the job with this key runs, or has not been heard to the end.</summary>
    public bool IsRunning(string key) => _jobs.ContainsKey(key);

    /// <summary>
    /// What the jobs reported since the last time, in order; of several messages on the progress of one job only the
    /// newest.
    /// </summary>
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

            if (post.Report is not { } report)
            {
                continue;
            }

            if (report is StepReport.Running)
            {
                reports.RemoveAll(r => r is StepReport.Running && ReferenceEquals(r.Basis, report.Basis));
            }

            reports.Add(report);
        }

        return reports;
    }

    /// <summary>Starts a job. Its result is its last report; null if it has nothing to say.</summary>
    /// <param name="key">The step it looks after.</param>
    /// <param name="wake">Called after each report.</param>
    /// <param name="work">Given the means to report on the way.</param>
    /// <param name="fault">What is reported if the work throws other than when cancelled, which is a defect: the run
    /// must hear of it, or it would wait for a job that is over.</param>
    /// <param name="fenceEnded">Cancels the job beside all others when this process must not act any more, before the
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

    /// <summary>Asks a job to end; it wakes the run when it has.</summary>
    public void Cancel(string key)
    {
        if (_jobs.TryGetValue(key, out var job))
        {
            job.Stop.Cancel();
        }
    }

    /// <summary>Ends all jobs and waits for them; what they were doing is found in the world by the next run.</summary>
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
                    Wake(wake);
                },
                job.Stop.Token);
        }
        catch (OperationCanceledException) when (job.Stop.IsCancellationRequested)
        {
            // Nothing to say: the next look, here or in another process, starts from the world.
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
            Wake(wake);
        }
    }

    // Beside the job, so that whatever the caller does when woken neither holds up the job nor fails it.
    private static void Wake(Action wake) =>
        _ = Task.Factory.StartNew(wake, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current);

    private sealed record Post(Job Job, StepReport? Report, bool IsLast);

    private sealed class Job(string key, CancellationTokenSource stop)
    {
        public string Key => key;

        public CancellationTokenSource Stop => stop;

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
