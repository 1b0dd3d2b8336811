namespace Drydock.Engine.Running;

/// <summary>The run of one object's plan inside this process: its jobs, their reports, and when to observe again.
/// Everything that matters is in the stored plan and on the targets; a new process starts with an empty run and reaches
/// the same end. One caller at a time (the work queue serialises per object); jobs report from any thread.</summary>
public sealed class PlanRun : IAsyncDisposable
{
    private const string GuardJob = "guards";

    // How long an advance waits for the observations that it starts: what they report then needs no further advance and
    // no further write. Observations of a host on the same network take less.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly JobBoard _jobs = new();
    private readonly ObservationSchedule _schedule;
    private readonly GuardWatch _guards;
    private readonly UnsavedReports _unsaved = new();

    // The clocks of open attempts, and of the times during which targets refuse to begin one.
    private readonly Dictionary<string, AttemptClock> _attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttemptClock> _refusals = new(StringComparer.Ordinal);
    private volatile Func<PlanStep, TimeSpan> _timeoutOf = static _ => TimeSpan.Zero;

    public PlanRun(Random? random = null)
    {
        var source = random ?? Random.Shared;
        var relook = new Backoff { First = TimeSpan.FromSeconds(2), Random = source };
        _schedule = new ObservationSchedule(new Backoff { First = TimeSpan.FromSeconds(1), Random = source }, relook);
        _guards = new GuardWatch(relook);
    }

    public bool IsBusy => _jobs.IsBusy;

    public bool IsIdle(string stepId) => _schedule.IsIdle(stepId);

    /// <summary>Something happened on a target: the guards are read at the next advance, which the caller must trigger.
    /// From any thread.</summary>
    public void WorldChanged() => _guards.WorldChanged();

    /// <summary>Applies the reports of the jobs, has the new plan saved, and starts what may be started. Observations
    /// that it starts and that report at once are applied too, so that the end of one step and the receipt of the next
    /// are one write. Returns soon; long actions continue outside of it.</summary>
    /// <param name="save">Writes plan and outcome to status under optimistic concurrency; throws if the write failed or
    /// may have failed. It may omit a write that changes nothing, unless <see cref="RunOutcome.Acts"/>: that write
    /// proves that the plan acted on is the newest.</param>
    public async Task<RunOutcome> AdvanceAsync(
        Plan plan,
        RunControls controls,
        RunEnvironment environment,
        Func<Plan, RunOutcome, CancellationToken, Task> save,
        CancellationToken cancellationToken)
    {
        _jobs.Attend();
        try
        {
            return await AdvanceAttendedAsync(plan, controls, environment, save, cancellationToken);
        }
        finally
        {
            _jobs.Leave(environment.Wake);
        }
    }

    private async Task<RunOutcome> AdvanceAttendedAsync(
        Plan plan,
        RunControls controls,
        RunEnvironment environment,
        Func<Plan, RunOutcome, CancellationToken, Task> save,
        CancellationToken cancellationToken)
    {
        var began = environment.Time.GetTimestamp();
        _timeoutOf = controls.TimeoutOf;
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var guards = plan.Guards;
        var unreadable = UnreadablePart(plan, environment);
        foreach (var report in _unsaved.All)
        {
            TakeIn(report, steps, environment.Time, environment.Time.GetUtcNow(), isNew: false);
        }

        var retry = (Used: false, Refused: (string?)null);
        var looked = new List<string>();
        for (var isFirst = true; ; isFirst = false)
        {
            var now = environment.Time.GetUtcNow();
            var reports = _jobs.Drain();
            _unsaved.Add(reports);
            foreach (var report in reports)
            {
                TakeIn(report, steps, environment.Time, now, isNew: true);
                guards = report is StepReport.GuardsRead read ? TakeIn(read, guards, steps, now) : guards;
            }

            foreach (var id in StepAcceptances.Apply(steps, controls, now))
            {
                // An observation under way has nothing more to say.
                _jobs.Cancel(id);
            }

            guards = GuardRecords.Accept(guards, controls.Accepted, now);
            _guards.Keep(guards);
            if (isFirst)
            {
                retry = Retry(steps, controls);
            }

            var permission = Permission(plan.Hold, steps, controls, unreadable, now);
            var toAct = Begin(reports, permission, steps, environment.Time, now);
            var next = plan with { Steps = [.. plan.Steps.Select(s => steps[s.Id])], Guards = guards };
            var outcome = new OutcomeReader(
                next, controls, unreadable, _guards, now, _jobs.IsRunning, _schedule.IsIdle).Read() with
            {
                RetryUsed = retry.Used,
                RetryRefused = retry.Refused,
                Acts = toAct.Count > 0,
            };

            // Observations change nothing, so they start before the write; acts wait for it.
            var nextAt = Look(
                next, steps, Permission(plan.Hold, steps, controls, unreadable, now), environment, now, toAct, looked);
            var left = Grace - environment.Time.GetElapsedTime(began);
            if (toAct.Count == 0 && left > TimeSpan.Zero)
            {
                await _jobs.WaitForReportsAsync(looked, left, environment.Time, cancellationToken);
                if (_jobs.HasReports)
                {
                    continue;
                }
            }

            outcome = outcome with { RequeueAfter = nextAt is { } at ? Later(at - now) : null };

            // A step counts as started only if this write succeeds: after a failed write it is observed again. All
            // other reports are applied again.
            await save(next, outcome, cancellationToken);
            _unsaved.Clear();
            foreach (var id in toAct)
            {
                Start(steps[id], next, environment, (job, token) => job.ActAsync(token));
            }

            return outcome;
        }
    }

    public ValueTask DisposeAsync() => _jobs.DisposeAsync();

    private void TakeIn(
        StepReport report, Dictionary<string, PlanStep> steps, TimeProvider time, DateTimeOffset now, bool isNew)
    {
        if (!steps.TryGetValue(report.StepId, out var before)
            || report is StepReport.Ready or StepReport.GuardsRead)
        {
            return;
        }

        if (isNew && report is StepReport.Unknown)
        {
            _schedule.Unreadable(before.Id, now);
        }

        var after = steps[before.Id] = StepTransitions.Apply(before, report, now, _schedule.Looks(before.Id));
        if (before.StartedAt is null && after.StartedAt is { } began)
        {
            _attempts[after.Id] = AttemptClock.StartedHere(time, began);
        }

        if (before.NotTakenSince is null && after.NotTakenSince is { } refused)
        {
            _refusals[after.Id] = AttemptClock.StartedHere(time, refused);
        }

        if (isNew)
        {
            Schedule(report, after, now);
        }
    }

    private List<PlanGuard> TakeIn(
        StepReport.GuardsRead read, List<PlanGuard> guards, Dictionary<string, PlanStep> steps, DateTimeOffset now)
    {
        _guards.Take(read.Breaches, now);
        guards = GuardRecords.Read(guards, read.Breaches, now);
        foreach (var breach in read.Breaches.Where(b => b.Reading.Repeats.Count > 0))
        {
            // What is under way ends first: a result that comes later would be taken for that of the repetition.
            var again = breach.Reading.Repeats.Select(steps.GetValueOrDefault).OfType<PlanStep>().ToList();
            if (again.Exists(s => _jobs.IsRunning(s.Id)
                || s.State == StepState.Unknown
                || (s.State == StepState.Running && !_schedule.IsIdle(s.Id))))
            {
                continue;
            }

            foreach (var step in again.Where(s => s.State != StepState.Pending))
            {
                steps[step.Id] = step.Repeated(breach.Message) with { Facts = step.Facts };
                _schedule.AtOnce(step.Id);
            }

            guards = GuardRecords.Settled(guards, breach.GuardId, now);
            _guards.Settle(breach.GuardId);
        }

        return guards;
    }

    private void Schedule(StepReport report, PlanStep after, DateTimeOffset now)
    {
        switch (report)
        {
            case StepReport.Unknown:
                break;
            case StepReport.Failed when after.State == StepState.Pending:
                _schedule.Failed(after.Id, after.Tries, now);
                break;
            case StepReport.NotTaken when after.State != StepState.Failed:
                _schedule.NotTaken(after.Id, now);
                break;
            case StepReport.Refused:
                _schedule.Unreadable(after.Id, now);
                break;
            case StepReport.Idle when after.State != StepState.Failed:
                _schedule.Idle(after.Id);
                break;
            case StepReport.Failed or StepReport.Idle when after.State == StepState.Failed:
                _schedule.Stalled(after.Id, now);
                break;
            default:
                _schedule.Fine(after.Id);
                break;
        }
    }

    private (bool Used, string? Refused) Retry(Dictionary<string, PlanStep> steps, RunControls controls)
    {
        if (!controls.Retry && !controls.AccessChanged)
        {
            return (false, null);
        }

        _guards.AtOnce();
        string? refused = null;
        foreach (var step in steps.Values.ToList())
        {
            _schedule.AtOnce(step.Id);
            if (step.State is not (StepState.Failed or StepState.Unknown))
            {
                continue;
            }

            // An observation under way may still use the access that failed before.
            _jobs.Cancel(step.Id);
            var answer = StepRetries.For(step, controls.Retry);
            steps[step.Id] = answer.Reset ? StepTransitions.Reset(step) : step;
            refused ??= answer.Refused;
        }

        return (controls.Retry, refused);
    }

    private List<string> Begin(
        List<StepReport> reports,
        StartPermission permission,
        Dictionary<string, PlanStep> steps,
        TimeProvider time,
        DateTimeOffset now)
    {
        var toAct = new List<string>();
        foreach (var ready in reports.OfType<StepReport.Ready>())
        {
            if (steps.TryGetValue(ready.StepId, out var step)
                && StepTransitions.IsUnchanged(ready.Basis, step)
                && permission.MayBegin(step))
            {
                steps[step.Id] = StepTransitions.Begin(step, ready, now);
                _attempts[step.Id] = AttemptClock.StartedHere(time, now);
                toAct.Add(step.Id);
            }
        }

        return toAct;
    }

    // Starts the observations that are due and returns when the next one is; null leaves it to events. Those of steps
    // that may begin are added to looked.
    private DateTimeOffset? Look(
        Plan plan,
        Dictionary<string, PlanStep> steps,
        StartPermission permission,
        RunEnvironment environment,
        DateTimeOffset now,
        List<string> toAct,
        List<string> looked)
    {
        DateTimeOffset? nextLook = null;
        foreach (var step in plan.Steps)
        {
            if (step.State == StepState.Succeeded || _jobs.IsRunning(step.Id) || toAct.Contains(step.Id))
            {
                continue;
            }

            // A step that was observed not to have started is not observed again before it may start.
            var begins = permission.MayBegin(step);
            if (!begins && (step.State == StepState.Pending || _schedule.IsIdle(step.Id)))
            {
                nextLook = Earlier(nextLook, permission.OpensAt(step));
                continue;
            }

            if (_schedule.IsDue(step.Id, now))
            {
                Start(step, plan, environment, (job, token) => job.ObserveAsync(begins, token));
                if (begins)
                {
                    looked.Add(step.Id);
                }
            }
            else
            {
                nextLook = Earlier(nextLook, _schedule.Next(step.Id));
            }
        }

        return Earlier(nextLook, ReadGuards(plan, environment, now));
    }

    private StartPermission Permission(
        string? hold,
        Dictionary<string, PlanStep> steps,
        RunControls controls,
        (string Part, string Why)? unreadable,
        DateTimeOffset now) =>
        new(hold, steps, controls, _guards.Breaches.Count > 0 || unreadable is not null, now, _jobs.IsRunning);

    // A part that this operator does not know, or that lacks an argument, may be what keeps an earlier step from doing
    // harm: a plan is carried out as a whole or not at all.
    private static (string Part, string Why)? UnreadablePart(Plan plan, RunEnvironment environment)
    {
        var part = "";
        try
        {
            foreach (var step in plan.Steps.Where(s => s.State != StepState.Succeeded))
            {
                part = step.Id;
                environment.Catalog.Action(step);
            }

            foreach (var guard in plan.Guards)
            {
                part = guard.Id;
                environment.Catalog.Guard(guard);
            }

            return null;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException)
        {
            return (part, environment.Redact(exception.Message));
        }
    }

    private DateTimeOffset? ReadGuards(Plan plan, RunEnvironment environment, DateTimeOffset now)
    {
        // A reading under way wakes the run when it ends, and the next one is scheduled then.
        if (_jobs.IsRunning(GuardJob) || _guards.Next(plan) is not { } due)
        {
            return null;
        }

        if (due > now)
        {
            return due;
        }

        _guards.Begun(now);
        Start(
            GuardJob,
            environment,
            async (_, token) =>
                new StepReport.GuardsRead(
                    new PlanStep(), await GuardReader.ReadAsync(environment, plan, aboutToAct: null, token)),
            static e =>
                new StepReport.GuardsRead(
                    new PlanStep(), [new GuardBreach(GuardJob, GuardReading.Unreadable(Fault(e)))]));
        return null;
    }

    private void Start(
        PlanStep step, Plan plan, RunEnvironment environment, Func<StepJob, CancellationToken, Task<StepReport?>> work)
    {
        _schedule.Begun(step.Id);
        var clocks = (
            ClockOf(_attempts, step.Id, step.StartedAt, environment.Time),
            ClockOf(_refusals, step.Id, step.NotTakenSince, environment.Time));
        Start(
            step.Id,
            environment,
            (report, token) =>
                StepJob.RunAsync(
                    environment,
                    plan,
                    step,
                    s => _timeoutOf(s),
                    clocks,
                    report,
                    job => work(job, token),
                    token),
            e => new StepReport.Unknown(step, Fault(e)));
    }

    private void Start(
        string key,
        RunEnvironment environment,
        Func<Action<StepReport>, CancellationToken, Task<StepReport?>> work,
        Func<Exception, StepReport?> fault)
    {
        // Held from here on, not from the first run of the job: other targets may be bound in between.
        var held = environment.Hold();
        _jobs.Start(
            key,
            environment.Wake,
            async (report, token) =>
            {
                await using (held)
                {
                    return await work(report, token);
                }
            },
            fault,
            environment.Fence.Ended);
    }

    // A recorded time that is not the one of this process was recorded by another.
    private static AttemptClock? ClockOf(
        Dictionary<string, AttemptClock> clocks, string step, DateTimeOffset? recorded, TimeProvider time) =>
        recorded is not { } at
            ? null
            : clocks.TryGetValue(step, out var known)
                && (known.StartedAt - at).Duration() < StepTransitions.ClockGrain
                ? known
                : (clocks[step] = AttemptClock.StartedElsewhere(time, at));

    // Its message may contain secrets that cannot be redacted.
    private static string Fault(Exception exception) =>
        $"The operator failed unexpectedly ({exception.GetType().Name}). The target is observed again.";

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

    private static TimeSpan Later(TimeSpan wait) =>
        wait > TimeSpan.FromMilliseconds(10) ? wait : TimeSpan.FromMilliseconds(10);
}
