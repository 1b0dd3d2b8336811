using System.Collections.Concurrent;
using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;
using Drydock.Engine.Holds;

namespace Drydock.Engine.Running;

/// <summary>
/// The run of one object's plan inside this process: its jobs, what they reported, and when to look again. Everything that matters is in the stored
/// plan and in the world; a new process starts with an empty run and comes to the same end.
/// One caller at a time (the work queue serialises per object); jobs report from anywhere.
/// </summary>
public sealed class PlanRun : IAsyncDisposable
{
    private readonly ConcurrentQueue<StepReport> _reports = new();
    private readonly Dictionary<string, Task> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);
    private readonly HashSet<string> _idle = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _looks = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Backoff _backoff;
    private readonly Backoff _relook;
    private IReadOnlyList<GuardBreach> _breaches = [];
    private Task _guardJob = Task.CompletedTask;
    private DateTimeOffset _guardsNotBefore;
    private int _guardLooks;
    private int _worldChanged;

    /// <summary>Makes an empty run.</summary>
    /// <param name="random">Source of the jitter.</param>
    public PlanRun(Random? random = null)
    {
        var source = random ?? Random.Shared;
        _backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), source);
        _relook = new Backoff(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), source);
    }

    /// <summary>Whether jobs of this run are under way.</summary>
    public bool IsBusy => _jobs.Values.Any(j => !j.IsCompleted);

    /// <summary>Something happened on a target: the guards are read at the next advance.</summary>
    public void WorldChanged() => Interlocked.Exchange(ref _worldChanged, 1);

    /// <summary>
    /// Takes in what the jobs reported, has the new plan saved, and begins what may be begun. Returns at once; long actions go on beside it.
    /// </summary>
    /// <param name="plan">The plan as just read from the server.</param>
    /// <param name="controls">What people want now.</param>
    /// <param name="environment">Actions, clock and fence.</param>
    /// <param name="save">Writes plan and outcome to status under optimistic concurrency; throws if it did not, or may not have, come through.</param>
    /// <param name="cancellationToken">Ends the advance, not the jobs.</param>
    public async Task<RunOutcome> AdvanceAsync(
        Plan plan,
        RunControls controls,
        RunEnvironment environment,
        Func<Plan, RunOutcome, CancellationToken, Task> save,
        CancellationToken cancellationToken)
    {
        ForgetFinishedJobs();
        var now = environment.Time.GetUtcNow();
        var drained = Drain();
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var ready = new List<StepReport.Ready>();
        foreach (var report in drained)
        {
            TakeIn(report, steps, ready, now);
        }

        var (retryUsed, retryRefused) = Retry(steps, controls);
        var toAct = Begin(plan, steps, ready, controls, now);
        var next = plan with { Steps = [.. plan.Steps.Select(s => steps[s.Id])] };
        var outcome = OutcomeReader.Read(next, controls, _breaches, IsRunning) with { RetryUsed = retryUsed, RetryRefused = retryRefused };

        // Looking harms nothing, so it begins before the write; acts wait for it.
        Observe(next, controls, environment, now, toAct);
        outcome = outcome with { LookAgainAfter = LookAgainAfter(next, now) };
        try
        {
            await save(next, outcome, cancellationToken);
        }
        catch
        {
            // Nothing of this advance counts until it is stored; the reports are taken in again on the plan as it then is.
            foreach (var report in drained)
            {
                _reports.Enqueue(report);
            }

            throw;
        }

        foreach (var id in toAct)
        {
            Start(id, steps[id], next, controls, environment, (job, token) => job.ActAsync(token));
        }

        return outcome;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll([.. _jobs.Values, _guardJob]);
        }
        catch (OperationCanceledException)
        {
            // Jobs end by this token; what they were doing is found in the world by the next run.
        }

        _stop.Dispose();
    }

    private List<StepReport> Drain()
    {
        var drained = new List<StepReport>();
        while (_reports.TryDequeue(out var report))
        {
            drained.Add(report);
        }

        return drained;
    }

    private void TakeIn(StepReport report, Dictionary<string, PlanStep> steps, List<StepReport.Ready> ready, DateTimeOffset now)
    {
        if (report is StepReport.GuardsRead guards)
        {
            _breaches = guards.Breaches;
            _guardLooks = guards.Breaches.Count == 0 ? 0 : _guardLooks + 1;
            _guardsNotBefore = now + _relook.Delay(Math.Max(_guardLooks, 1));
            return;
        }

        if (!steps.TryGetValue(report.StepId, out var step))
        {
            return;
        }

        if (report is StepReport.Ready prepared)
        {
            ready.Add(prepared);
            return;
        }

        _looks[step.Id] = report is StepReport.Unknown ? _looks.GetValueOrDefault(step.Id) + 1 : 0;
        var after = StepTransitions.Apply(step, report, now, _looks[step.Id]);
        steps[step.Id] = after;
        if (after.State is StepState.Pending && report is StepReport.Failed)
        {
            _notBefore[step.Id] = now + _backoff.Delay(after.Tries);
        }
        else if (report is StepReport.Idle && after.State is StepState.Pending or StepState.Running)
        {
            _idle.Add(step.Id);
        }
        else if (report is StepReport.Unknown or StepReport.Idle || after.State is StepState.Failed or StepState.Unknown)
        {
            var looks = _looks[step.Id] = Math.Max(_looks[step.Id], 1);
            _notBefore[step.Id] = now + _relook.Delay(step.State == after.State ? Math.Max(looks, 3) : looks);
        }
    }

    private (bool Used, string? Refused) Retry(Dictionary<string, PlanStep> steps, RunControls controls)
    {
        if (!controls.Retry && !controls.AccessChanged)
        {
            return (false, null);
        }

        string? refused = null;
        foreach (var step in steps.Values.Where(s => s.State is StepState.Failed or StepState.Unknown).ToList())
        {
            if (step.State == StepState.Unknown && (step.RunOnce || !controls.Retry))
            {
                // Looked at again at once; nothing is repeated on an outcome that cannot be read.
                _notBefore.Remove(step.Id);
                refused = controls.Retry ? $"{step.Id}: what came of it is unknown, so a retry only looks again" : refused;
            }
            else if (step.RunOnce && (step.Retry == RetryRule.RestoreFirst || !controls.Retry))
            {
                refused = controls.Retry ? $"{step.Id} may be repeated only on restored data; a retry token alone never repeats it" : refused;
            }
            else
            {
                steps[step.Id] = StepTransitions.Reset(step);
                _notBefore.Remove(step.Id);
                _looks.Remove(step.Id);
            }
        }

        return (controls.Retry, refused);
    }

    private List<string> Begin(Plan plan, Dictionary<string, PlanStep> steps, List<StepReport.Ready> ready, RunControls controls, DateTimeOffset now)
    {
        var toAct = new List<string>();
        foreach (var report in ready)
        {
            var step = steps[report.StepId];
            if (step.Attempt != report.Attempt || !MayBegin(step, steps, controls, plan))
            {
                continue;
            }

            steps[step.Id] = StepTransitions.Begin(step, report.Receipt, now);
            toAct.Add(step.Id);
        }

        return toAct;
    }

    private bool MayBegin(PlanStep step, Dictionary<string, PlanStep> steps, RunControls controls, Plan plan) =>
        !controls.Paused
        && controls.StartNothingBecause is null
        && _breaches.Count == 0
        && step.State is StepState.Pending or StepState.Running or StepState.Unknown
        && !plan.Steps.Exists(s => steps[s.Id].State == StepState.Failed || (steps[s.Id].State == StepState.Unknown && s.Id != step.Id))
        && step.After.TrueForAll(id => steps[id].State == StepState.Succeeded)
        && (step.State != StepState.Pending || HoldMatcher.Holding(step, controls.HoldBefore, controls.Approved) is null);

    private void Observe(Plan plan, RunControls controls, RunEnvironment environment, DateTimeOffset now, List<string> aboutToAct)
    {
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        foreach (var step in plan.Steps.Where(s => s.State != StepState.Succeeded && !IsRunning(s.Id) && !aboutToAct.Contains(s.Id)))
        {
            var mayBegin = MayBegin(step, steps, controls, plan);

            // A step that was seen not to have begun is not looked at again before it may begin.
            var wanted = mayBegin || (step.State != StepState.Pending && !_idle.Contains(step.Id));
            if (wanted && _notBefore.GetValueOrDefault(step.Id) <= now)
            {
                Start(step.Id, step, plan, controls, environment, (job, token) => job.ObserveAsync(mayBegin, token));
            }
        }

        ReadGuards(plan, environment, now);
    }

    private void ReadGuards(Plan plan, RunEnvironment environment, DateTimeOffset now)
    {
        var due = Interlocked.Exchange(ref _worldChanged, 0) == 1 || (_breaches.Count > 0 && _guardsNotBefore <= now);
        if (due && _guardJob.IsCompleted && (_breaches.Count > 0 || GuardScope.InForce(plan).Any()))
        {
            _guardJob = RunJobAsync(token => StepJob.ReadGuardsAsync(environment, plan, _reports.Enqueue, token), environment);
        }
    }

    private void Start(
        string id, PlanStep step, Plan plan, RunControls controls, RunEnvironment environment, Func<StepJob, CancellationToken, Task> work)
    {
        if (IsRunning(id))
        {
            return;
        }

        _notBefore.Remove(id);
        _idle.Remove(id);
        var timeout = controls.TimeoutOf(step);
        _jobs[id] = RunJobAsync(
            async token =>
            {
                try
                {
                    await work(new StepJob(environment, plan, step, timeout, report => Report(report, environment)), token);
                }
                catch (KeyNotFoundException exception)
                {
                    // The plan names an action or parameter this operator does not know: nothing may be guessed.
                    _reports.Enqueue(new StepReport.Unknown(id, step.Attempt, exception.Message));
                }
            },
            environment);
    }

    private void Report(StepReport report, RunEnvironment environment)
    {
        _reports.Enqueue(report);
        if (report is StepReport.Running)
        {
            environment.Wake();
        }
    }

    // The wake comes after the job is over, so that the advance it causes sees the job as finished.
    private async Task RunJobAsync(Func<CancellationToken, Task> work, RunEnvironment environment)
    {
        await Task.Yield();
        try
        {
            await work(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }

        _ = Task.Run(environment.Wake, CancellationToken.None);
    }

    private bool IsRunning(string id) => _jobs.TryGetValue(id, out var job) && !job.IsCompleted;

    private void ForgetFinishedJobs()
    {
        foreach (var id in _jobs.Where(j => j.Value.IsCompleted).Select(j => j.Key).ToList())
        {
            _jobs.Remove(id);
        }
    }

    private TimeSpan? LookAgainAfter(Plan plan, DateTimeOffset now)
    {
        var times = plan.Steps
            .Where(s => s.State != StepState.Succeeded && _notBefore.ContainsKey(s.Id))
            .Select(s => _notBefore[s.Id])
            .ToList();
        if (_breaches.Count > 0)
        {
            times.Add(_guardsNotBefore);
        }

        return times.Count == 0 ? null : TimeSpan.FromTicks(Math.Max((times.Min() - now).Ticks, TimeSpan.FromMilliseconds(10).Ticks));
    }
}
