namespace Drydock.Runs;

/// <summary>The run of one object's plan inside this process: its jobs, their reports, and when to observe again.
/// Everything that matters is in the stored plan and on the targets; a new process starts with an empty run and reaches
/// the same end. One caller at a time (the work queue serialises per object); jobs report from any thread. One advance:
/// <list type="number">
/// <item>The reports whose write failed are applied again.</item>
/// <item>The reports that jobs have made since then are applied, and kept until a write carries them.</item>
/// <item>A failure or a broken guard that an administrator accepts no longer stops the run, nor does a list that could
/// not be read in its time.</item>
/// <item>In the first pass, a retry or changed access has all steps and guards read at once, and resets the steps that
/// may be repeated.</item>
/// <item>A step whose receipt is prepared begins if nothing about it has changed since, and if <see cref="StartRules"/>
/// allow it; it may have been prepared shortly before the end of the steps before it (<see cref="LookAhead"/>).</item>
/// <item><see cref="OutcomeReader"/> reads the outcome from the plan as it is now.</item>
/// <item>The observations and readings of guards that are due start: they change nothing, so they need no write.</item>
/// <item>If no step begins, reports that come within 250 ms are applied from 2 on, so that the end of one step and the
/// receipt of the next are one write.</item>
/// <item>Plan and outcome are saved.</item>
/// <item>Only after that write the acts of the steps that begin start; they continue outside of the advance.</item>
/// </list></summary>
public sealed class PlanRun : IAsyncDisposable
{
    private const string GuardJob = "guards";

    // The guards are read for no step.
    private static readonly Step NoStep = new(new PlannedStep(), StepRecord.None);

    // How long an advance waits for the observations that it starts: what they report then needs no further advance and
    // no further write. Observations of a host on the same network take less.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly JobBoard _jobs = new();
    private readonly ObservationSchedule _schedule;
    private readonly GuardWatch _guards;
    private readonly LookAhead _ahead = new();

    // The reports that were drained and whose effect is not in a successful write yet.
    private readonly List<StepReport> _unsaved = [];

    // The clocks of open attempts, and of the times during which targets refuse to begin one.
    private readonly Dictionary<string, AttemptClock> _attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttemptClock> _refusals = new(StringComparer.Ordinal);

    private readonly Dictionary<string, StepMemory> _memories = new(StringComparer.Ordinal);

    // The end of what a step waits for before it may begin is seen late by a quarter of the wait at most.
    private const double GentleFactor = 1.25;

    private volatile Func<Step, TimeSpan> _timeoutOf = static _ => TimeSpan.Zero;

    public PlanRun(Random? random = null)
    {
        var source = random ?? Random.Shared;
        var relook = new Backoff { First = TimeSpan.FromSeconds(2), Random = source };
        var afterFailure = new Backoff { First = TimeSpan.FromSeconds(1), Random = source };
        var afterRefusal = new Backoff { Factor = GentleFactor, Random = source };
        _schedule = new ObservationSchedule(afterFailure, afterRefusal, relook);
        _guards = new GuardWatch(relook);
    }

    public bool IsBusy => _jobs.IsBusy;

    public bool IsIdle(string stepId) => _schedule.IsIdle(stepId);

    /// <summary>Something happened on a target: the guards are read at the next advance, which the caller must trigger.
    /// From any thread.</summary>
    public void WorldChanged() => _guards.WorldChanged();

    /// <summary>Advances the plan once, and returns soon.</summary>
    /// <param name="save">Writes plan and outcome to status under optimistic concurrency; throws if the write failed or
    /// may have failed. It may omit a write that changes nothing, unless <see cref="RunOutcome.Acts"/>: that write
    /// proves that the plan acted on is the newest.</param>
    public async Task<RunOutcome> AdvanceAsync(
        PlanProgress plan,
        RunControls controls,
        RunEnvironment environment,
        Func<PlanProgress, RunOutcome, CancellationToken, Task> save,
        CancellationToken cancellationToken)
    {
        _jobs.Attend();
        try
        {
            _timeoutOf = controls.TimeoutOf;
            return await new Advance(this, plan, controls, environment).RunAsync(save, cancellationToken);
        }
        finally
        {
            _jobs.Leave(environment.Wake);
        }
    }

    public ValueTask DisposeAsync() => _jobs.DisposeAsync();

    // Keeps reports until they are written, except those that a failed write makes void. Readings of guards are in
    // memory already. Of several consecutive reports of the same type the last one is enough, unless each counts or
    // may bring facts.
    private void Keep(IEnumerable<StepReport> reports)
    {
        _unsaved.AddRange(
            reports.Where(r => r is not (StepReport.Ready or StepReport.GuardsRead or StepReport.Refused)));
        for (var i = _unsaved.Count - 1; i > 0; i--)
        {
            var later = _unsaved[i];
            var earlier = _unsaved.FindLastIndex(i - 1, r => r.StepId == later.StepId);
            if (earlier >= 0
                && _unsaved[earlier].GetType() == later.GetType()
                && later is not (StepReport.Failed or StepReport.NotTaken))
            {
                _unsaved.RemoveAt(earlier);
                i--;
            }
        }
    }

    private void Schedule(StepReport report, Step after, DateTimeOffset now)
    {
        switch (report)
        {
            case StepReport.Unknown or StepReport.Silent:
                break;
            case StepReport.Failed when after.State == StepState.Pending:
                _schedule.Failed(after.Id, after.Record.Tries, now);
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

    // A part that this operator does not know, or that lacks an argument, may be what keeps an earlier step from doing
    // harm: a plan is carried out as a whole or not at all.
    private static (string Part, string Why)? UnreadablePart(PlanProgress plan, RunEnvironment environment)
    {
        var part = "";
        try
        {
            foreach (var step in plan.Steps.Where(s => s.State != StepState.Succeeded))
            {
                part = step.Id;
                environment.Catalog.Action(step.Planned);
            }

            foreach (var guard in plan.Guards)
            {
                part = guard.Id;
                environment.Catalog.Guard(guard.Planned);
            }

            return null;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException)
        {
            return (part, environment.Redact(exception.Message));
        }
    }

    // What the exception says may contain secrets that cannot be redacted.
    private static string Fault(RunEnvironment environment, Exception exception)
    {
        environment.Faulted(exception);
        return "The operator failed unexpectedly; its log has the cause. The target is observed again.";
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

    // One advance: the plan as it changes, and what it was called with.
    private sealed class Advance(PlanRun run, PlanProgress plan, RunControls controls, RunEnvironment environment)
    {
        private readonly Dictionary<string, Step> _steps =
            plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);

        private readonly (string Part, string Why)? _unreadable = UnreadablePart(plan, environment);
        private readonly List<string> _toAct = [];

        // The steps that may begin and whose observation was started.
        private readonly List<string> _looked = [];
        private ImmutableList<Guard> _guards = plan.Guards;
        private DateTimeOffset _now = environment.Time.GetUtcNow();

        public async Task<RunOutcome> RunAsync(
            Func<PlanProgress, RunOutcome, CancellationToken, Task> save, CancellationToken cancellationToken)
        {
            var began = environment.Time.GetTimestamp();
            foreach (var report in run._unsaved)
            {
                TakeIn(report, isNew: false);
            }

            string? retryRefused = null;
            for (var isFirst = true; ; isFirst = false)
            {
                _now = environment.Time.GetUtcNow();
                var reports = run._jobs.Drain();
                run.Keep(reports);
                foreach (var report in reports)
                {
                    TakeIn(report, isNew: true);
                    if (report is StepReport.GuardsRead read)
                    {
                        TakeIn(read);
                    }
                }

                Accept();
                _guards = GuardRecords.Accept(_guards, plan.Guards, controls.Accepted, _now);
                run._guards.Keep(_guards);
                if (isFirst)
                {
                    retryRefused = Retry();
                }

                var rules = Rules();
                Begin(reports.OfType<StepReport.Ready>(), rules);
                var next = Present();
                var outcome = new OutcomeReader(
                    next, controls, _unreadable, run._guards, rules, run._jobs.IsRunning, run._schedule.IsIdle).Read()
                with
                {
                    RetryRefused = retryRefused,
                    Acts = _toAct.Count > 0,
                };

                var nextAt = Look(next, outcome.State is RunState.Held or RunState.Paused or RunState.OutsideWindow);
                var left = Grace - environment.Time.GetElapsedTime(began);
                if (_toAct.Count == 0 && left > TimeSpan.Zero)
                {
                    await run._jobs.WaitForReportsAsync(_looked, left, environment.Time, cancellationToken);
                    if (run._jobs.HasReports)
                    {
                        continue;
                    }
                }

                outcome = outcome with { RequeueAfter = nextAt is { } at ? Later(at - _now) : null };

                // A step counts as started only if this write succeeds: after a failed write it is observed again. All
                // other reports are applied again.
                await save(next, outcome, cancellationToken);
                run._unsaved.Clear();
                foreach (var id in _toAct)
                {
                    Start(_steps[id], next, static (job, token) => job.ActAsync(token));
                }

                return outcome;
            }
        }

        private void TakeIn(StepReport report, bool isNew)
        {
            if (!_steps.TryGetValue(report.StepId, out var before)
                || report is StepReport.Ready or StepReport.GuardsRead)
            {
                return;
            }

            if (isNew && report is StepReport.Unknown)
            {
                run._schedule.Unreadable(before.Id, _now);
            }

            if (isNew)
            {
                run._ahead.Take(report);
            }

            var looks = run._schedule.Looks(before.Id);
            var after = Set(before, StepTransitions.Apply(before, report, _now, looks));
            if (before.StartedAt is null && after.StartedAt is { } began)
            {
                run._attempts[after.Id] = AttemptClock.StartedHere(environment.Time, began);
            }

            if (before.Record.NotTakenSince is null && after.Record.NotTakenSince is { } refused)
            {
                run._refusals[after.Id] = AttemptClock.StartedHere(environment.Time, refused);
            }

            if (isNew)
            {
                run.Schedule(report, after, _now);
            }
        }

        private void TakeIn(StepReport.GuardsRead read)
        {
            // What a step that began meanwhile has done looks like a change from outside.
            if (read.Breaches.Count > 0
                && _steps.Values.Any(s => s.HasBegun && read.Plan.Step(s.Id) is { HasBegun: false }))
            {
                run._guards.WorldChanged();
                return;
            }

            // What was read after the step that ends a guard had begun may be what that step did.
            var inForce = GuardRecords.InForce(Present()).Select(g => g.Id).ToHashSet(StringComparer.Ordinal);
            IReadOnlyList<GuardReading> breaches = [.. read.Breaches.Where(b => inForce.Contains(b.GuardId))];
            run._guards.Take(breaches, _now);
            _guards = GuardRecords.Read(_guards, breaches, _now);
            foreach (var breach in breaches.Where(b => b.Repeats.Count > 0))
            {
                // What is under way ends first: a result that comes later would be taken for that of the repetition.
                var again = breach.Repeats.Select(_steps.GetValueOrDefault).OfType<Step>().ToList();
                if (again.Exists(s => run._jobs.IsRunning(s.Id)
                    || s.State == StepState.Unknown
                    || (s.State == StepState.Running && !run._schedule.IsIdle(s.Id))))
                {
                    continue;
                }

                foreach (var step in again.Where(s => s.State != StepState.Pending))
                {
                    Set(step, step.Record.Repeated(breach.Message) with { Facts = step.Facts });
                    run._schedule.AtOnce(step.Id);
                }

                _guards = GuardRecords.Settled(_guards, breach.GuardId, _now);
                run._guards.Settle(breach.GuardId);
            }
        }

        // Lets count as done although they failed: steps whose failure an administrator accepts, and those that only
        // list something and could not be read in their time.
        private void Accept()
        {
            foreach (var step in _steps.Values.ToList())
            {
                AcceptedBy? by = step.Record switch
                {
                    { State: StepState.Failed, Acceptable: true }
                        when controls.Accepted.TryGetValue(step.Id, out var given) => given,
                    { State: StepState.Unknown } when step.Planned.OnlyLists && IsOverdue(step) => AcceptedBy.Plan,
                    _ => null,
                };
                if (by is { } source)
                {
                    Set(step, StepTransitions.Accept(step.Record, source, _now));

                    // An observation under way has nothing more to say.
                    run._jobs.Cancel(step.Id);
                }
            }
        }

        // Counted from the start, or from when the step could have started.
        private bool IsOverdue(Step step)
        {
            var before = step.After.ConvertAll(_steps.GetValueOrDefault);
            return before.TrueForAll(s => s?.State == StepState.Succeeded)
                && (step.StartedAt ?? before.Max(s => s!.FinishedAt)) is { } since
                && since + controls.TimeoutOf(step) <= _now;
        }

        // Why the retry does not repeat a step.
        private string? Retry()
        {
            if (!controls.Retry && !controls.AccessChanged)
            {
                return null;
            }

            run._guards.AtOnce();
            run._ahead.Forget();
            string? refused = null;
            foreach (var step in _steps.Values.ToList())
            {
                run._schedule.AtOnce(step.Id);
                if (step.State is not (StepState.Failed or StepState.Unknown))
                {
                    continue;
                }

                // An observation under way may still use the access that failed before.
                run._jobs.Cancel(step.Id);
                var (reset, why) = StepTransitions.Retry(step, controls.Retry);
                Set(step, reset ? StepTransitions.Reset(step.Record) : step.Record);
                refused ??= why;
            }

            return refused;
        }

        private Step Set(Step step, StepRecord record) => _steps[step.Id] = step with { Record = record };

        private PlanProgress Present() => plan.With(_steps.Values, _guards);

        private StartRules Rules() => new(
            plan.Hold,
            _steps,
            controls,
            run._guards.Breaches.Count > 0 || _unreadable is not null,
            _now,
            run._jobs.IsRunning);

        private void Begin(IEnumerable<StepReport.Ready> reports, StartRules rules)
        {
            foreach (var ready in reports.Concat(run._ahead.Found(environment.Time)))
            {
                if (!_steps.TryGetValue(ready.StepId, out var step)
                    || !StepTransitions.IsUnchanged(ready.Basis.Record, step.Record))
                {
                    continue;
                }

                if (!rules.MayBegin(step))
                {
                    run._ahead.Keep(ready);
                }
                else
                {
                    Set(step, StepTransitions.Begin(step.Record, ready, _now));
                    run._attempts[step.Id] = AttemptClock.StartedHere(environment.Time, _now);
                    _toAct.Add(step.Id);
                }
            }
        }

        // Starts the observations that are due and returns when the next one is; null leaves it to events.
        private DateTimeOffset? Look(PlanProgress next, bool isWaiting)
        {
            var rules = Rules();
            DateTimeOffset? nextLook = null;
            foreach (var step in next.Steps)
            {
                if (step.State == StepState.Succeeded || run._jobs.IsRunning(step.Id) || _toAct.Contains(step.Id))
                {
                    continue;
                }

                // A step that was observed not to have started is not observed again before it may start.
                var begins = rules.MayBegin(step);
                if (!begins && run._schedule.IsDue(step.Id, _now) && rules.MayLookAhead(step, run._ahead.IsEnding))
                {
                    var due = run._ahead.DueAt(step);
                    if (due > _now)
                    {
                        nextLook = Earlier(nextLook, due);
                    }
                    else if (due is not null)
                    {
                        run._ahead.Begun(step, environment.Time);
                        Start(step, next, static (job, token) => job.LookAheadAsync(token));
                    }
                }
                else if (!begins && (step.State == StepState.Pending || run._schedule.IsIdle(step.Id)))
                {
                    var opens = step.State == StepState.Pending && rules.IsNext(step) ? rules.OpensAt(step) : null;
                    nextLook = Earlier(nextLook, opens);
                }
                else if (!run._schedule.IsDue(step.Id, _now))
                {
                    nextLook = Earlier(nextLook, run._schedule.Next(step.Id));
                }
                else
                {
                    Start(step, next, (job, token) => job.ObserveAsync(begins, token));
                    if (begins)
                    {
                        _looked.Add(step.Id);
                    }
                }
            }

            return Earlier(nextLook, ReadGuards(next, isWaiting));
        }

        private DateTimeOffset? ReadGuards(PlanProgress next, bool isWaiting)
        {
            // A reading under way wakes the run when it ends, and the next one is scheduled then.
            if (run._jobs.IsRunning(GuardJob) || run._guards.Next(next, isWaiting) is not { } due)
            {
                return null;
            }

            if (due > _now)
            {
                return due;
            }

            run._guards.Begun(next, _now);
            Start(
                GuardJob,
                async (_, token) => new StepReport.GuardsRead(
                    NoStep, next, await GuardWatch.ReadAsync(environment, next, aboutToAct: null, token)),
                e => new StepReport.GuardsRead(NoStep, next, [.. Unreadable(next, Fault(environment, e))]));
            return null;
        }

        private static IEnumerable<GuardReading> Unreadable(PlanProgress plan, string why) =>
            GuardRecords.InForce(plan).Select(g => GuardReading.Unreadable(why) with { GuardId = g.Id });

        private void Start(Step step, PlanProgress next, Func<StepJob, CancellationToken, Task<StepReport?>> work)
        {
            run._schedule.Begun(step.Id);
            var attempt = ClockOf(run._attempts, step.Id, step.Record.CountsFrom);
            var refusals = ClockOf(run._refusals, step.Id, step.Record.NotTakenSince);
            var memory = run._memories.TryGetValue(step.Id, out var known) ? known : run._memories[step.Id] = new();
            Start(
                step.Id,
                (report, token) =>
                    new StepJob(environment, next, step, () => run._timeoutOf(step), attempt, refusals, memory, report)
                        .RunAsync(work, token),
                e => new StepReport.Unknown(step, Fault(environment, e)));
        }

        private void Start(
            string key,
            Func<Action<StepReport>, CancellationToken, Task<StepReport?>> work,
            Func<Exception, StepReport?> fault)
        {
            // Held from here on, not from the first run of the job: other targets may be bound in between.
            var held = environment.Hold();
            run._jobs.Start(
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
        private AttemptClock? ClockOf(Dictionary<string, AttemptClock> clocks, string step, DateTimeOffset? recorded) =>
            recorded is not { } at
                ? null
                : clocks.TryGetValue(step, out var known)
                    && (known.StartedAt - at).Duration() < StepTransitions.ClockGrain
                    ? known
                    : (clocks[step] = AttemptClock.StartedElsewhere(environment.Time, at));

        private static TimeSpan Later(TimeSpan wait) =>
            wait > TimeSpan.FromMilliseconds(10) ? wait : TimeSpan.FromMilliseconds(10);
    }
}
