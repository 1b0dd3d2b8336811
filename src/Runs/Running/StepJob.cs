using System.Diagnostics.CodeAnalysis;

namespace Drydock.Runs;

/// <summary>Handles one step outside the reconcile. Reports to the run and never writes status. An attempt has two
/// jobs, and the run writes status between them:
/// <list type="number">
/// <item><see cref="ObserveAsync"/> observes the target until the step is not under way, woken by the events that the
/// action waits for, and after 30 s without one.</item>
/// <item>A step that is still under way when its time is over is reported as failed; nothing is stopped.</item>
/// <item>A step that is done, failed or unknown is reported; a failure of an earlier attempt that may be repeated
/// counts as not started.</item>
/// <item>A step that has not started, and must not begin now, is reported as idle.</item>
/// <item>If it may begin, the guards are read: one that does not hold is reported, and nothing is prepared.
/// <see cref="LookAheadAsync"/> does the same while the steps before it are about to end.</item>
/// <item>The receipt is prepared and reported, and the job ends: the run writes the receipt to status.</item>
/// <item><see cref="ActAsync"/> reads the guards again: one that does not hold is reported, and nothing is
/// started.</item>
/// <item>The fence is asked, and then the action is called, within the time limit of the step.</item>
/// <item>The step is observed as in 1, but only once if the call failed and cannot recover.</item>
/// <item>What the target shows is reported: a step that is done there is done, even if the call failed.</item>
/// </list></summary>
/// <param name="timeout">How long an attempt may take now.</param>
/// <param name="attempt">How long the attempt has taken; null if none is open.</param>
/// <param name="refusals">How long the target has refused to begin one; null if it has not.</param>
/// <param name="memory">What earlier jobs of the step remember.</param>
internal sealed class StepJob(
    RunEnvironment environment,
    PlanProgress plan,
    Step step,
    Func<TimeSpan> timeout,
    AttemptClock? attempt,
    AttemptClock? refusals,
    StepMemory memory,
    Action<StepReport> report)
{
    // Progress is reported at most this often: each report may become a write.
    private static readonly TimeSpan TellAtMostEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // An event can be lost (between an observation and the wait, or on its way): observe again after this long without
    // one.
    private static readonly TimeSpan LookWithoutEvent = TimeSpan.FromSeconds(30);

    // If the wait keeps returning at once (an event stream that is always at its end), observations are spaced.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private const int QuickWaitsAllowed = 20;

    // Timers accept at most 49 days; a limit is checked again after this long.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(1);

    private const string HowToFit = "Shorten what it is read from, then retry, or roll back.";

    private int _quickWaits;

    // The last message of the step while it is under way.
    private string? _told = step.Message;

    /// <summary>Limit of one observation or preparation: a step on a target that hangs must still be
    /// reported.</summary>
    public static TimeSpan LongestLook { get; } = TimeSpan.FromMinutes(5);

    private IStepAction Action => field ??= environment.Catalog.Action(step.Planned);

    private TimeProvider Time => environment.Time;

    // One context for all looks of the job: by it a step knows again what it saw in this pass.
    private StepContext Pass
    {
        get => field ??= Context(step);
        set;
    }

    /// <summary>Runs the job to its last report. Throws only when cancelled.</summary>
    public async Task<StepReport?> RunAsync(
        Func<StepJob, CancellationToken, Task<StepReport?>> work, CancellationToken cancellationToken)
    {
        try
        {
            return Whole(await work(this, cancellationToken));
        }
        catch (ActRefusedException)
        {
            // This process may no longer act. Its successor finds the receipt and observes the target.
            return new StepReport.Refused(step);
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            // For example, the plan names an action that this operator does not know. Nothing may be guessed.
            return new StepReport.Unknown(step, environment.Redact(exception.Message));
        }
    }

    /// <summary>Observes whether the step has started; if not and <paramref name="mayBegin"/>, prepares the
    /// receipt.</summary>
    public async Task<StepReport?> ObserveAsync(bool mayBegin, CancellationToken cancellationToken)
    {
        if (await FollowAsync(cancellationToken) is not { } observation)
        {
            return null;
        }

        var notStarted = observation.Seen is Observation.NotStarted;
        if (notStarted
            || (observation.Seen is Observation.Failed failed
                    && observation.IsFirstLook
                    && observation.Retryable
                    && MayRepeatAfter(failed)))
        {
            return mayBegin ? await PrepareAsync(notStarted, cancellationToken) : new StepReport.Idle(step);
        }

        return Conclude(observation, actFailure: null);
    }

    /// <summary>Observes a step whose predecessors are about to end, once: only what lets it begin is reported. The
    /// look is not remembered: what counts from a step's first look counts from its turn.</summary>
    public async Task<StepReport?> LookAheadAsync(CancellationToken cancellationToken)
    {
        Pass = Context(step) with { Memory = new StepMemory() };
        return Action.MayPrepareEarly && (await LookAsync(cancellationToken)).Seen is Observation.NotStarted
            ? await PrepareAsync(notStarted: true, cancellationToken) as StepReport.Ready
            : null;
    }

    public async Task<StepReport?> ActAsync(CancellationToken cancellationToken)
    {
        if (await BrokenGuardsAsync(cancellationToken) is { } broken)
        {
            return broken;
        }

        StepActionException? failure = null;
        try
        {
            environment.Fence.EnsureMayAct();
            await WithinAsync(timeout, CallAsync, cancellationToken);
        }
        catch (Exception exception) when (exception is not ActRefusedException && !IsOurs(exception, cancellationToken))
        {
            failure = FailureOf(exception);
        }

        // A failure that cannot recover is not waited for.
        var observation = failure is { Retryable: false }
            ? await LookAsync(cancellationToken)
            : await FollowAsync(cancellationToken);
        if (observation is null)
        {
            // The target has taken the action: the next observation shows the rest.
            return null;
        }

        return failure is null && observation.Seen is Observation.NotStarted { IsSameAttempt: true } again
            ? new StepReport.NotTaken(
                step,
                EngineReasons.StepRunning,
                Clean(again.Message) ?? "",
                step.Record.NotTakenSince ?? Time.GetUtcNow())
            {
                IsSameAttempt = true,
            }
            : Conclude(observation, failure ?? NoEffect(observation.Seen));

        async Task<bool> CallAsync(CancellationToken token)
        {
            await Action.ActAsync(Context(step), token);
            return true;
        }
    }

    private static StepActionException FailureOf(Exception exception) =>
        exception as StepActionException ?? new StepActionException(
            exception is TimeoutException ? EngineReasons.StepTimeout : EngineReasons.StepFailed,
            exception.Message,
            retryable: true,
            exception);

    // A target that accepted the command of a run-once step and stopped before the witness existed has not started it.
    // If the first start still arrives, the second start of that attempt is refused.
    private StepActionException NoEffect(Observation seen) => new(
        EngineReasons.StepFailed,
        $"The action was carried out, and its effect is not seen: {seen.Message}")
    { NotTaken = step.RunOnce };

    // A step with an open attempt failed in that attempt. A run-once step that has started before and has no open
    // attempt was given another one by an administrator.
    private bool MayRepeatAfter(Observation.Failed failed) =>
        step.StartedAt is null
        && step.Attempt > 0
        && (failed.NothingRan || step.Planned.Retry != RetryRule.RestoreFirst)
        && (step.RunOnce || step.Record.Tries < step.Planned.MaxAttempts);

    private async Task<StepReport?> PrepareAsync(bool notStarted, CancellationToken cancellationToken)
    {
        if (await BrokenGuardsAsync(cancellationToken) is { } broken)
        {
            return broken;
        }

        var sameAttempt = notStarted && (step.StartedAt is not null || (step.RunOnce && step.Attempt > 0));
        var next = sameAttempt
            ? step
            : step with { Record = step.Record with { Attempt = step.Attempt + 1, Receipt = null, Facts = null } };
        try
        {
            var receipt = await WithinAsync(
                static () => LongestLook, token => Action.PrepareAsync(Context(next), token), cancellationToken);
            return Misfit("receipt", receipt) is { } why
                ? new StepReport.Failed(
                    step,
                    EngineReasons.StepFailed,
                    $"{why} Nothing was started. {HowToFit}",
                    Retryable: false,
                    FailurePoint.BeforeAct)
                : new StepReport.Ready(step, receipt, sameAttempt);
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            var failure = FailureOf(exception);
            return NotTaken(failure, FailurePoint.BeforeAct) ?? Failed(failure, FailurePoint.BeforeAct);
        }
    }

    // Observes until the step is no longer under way, or its time is over; null if the spec was replaced while the step
    // was under way.
    private async Task<StepObservation?> FollowAsync(CancellationToken cancellationToken)
    {
        var clock = attempt;
        var since = Time.GetTimestamp();
        var first = true;
        var toldAt = since;
        DateTimeOffset? endsAt = null;
        while (true)
        {
            var observation = await LookAsync(cancellationToken);
            if (observation.Seen is not Observation.Running running)
            {
                return observation with { IsFirstLook = first };
            }

            if (environment.Superseded.IsCancellationRequested)
            {
                return null;
            }

            clock ??= AttemptClock.StartedHere(Time, Time.GetUtcNow());
            var left = clock.Left(timeout());
            if (left <= TimeSpan.Zero)
            {
                return new StepObservation(TimedOut(running), IsFirstLook: false);
            }

            if (first
                || running.EndsAt is null != endsAt is null
                || (running.EndsAt - endsAt)?.Duration() >= TellAtMostEvery
                || (!string.Equals(_told, running.Message, StringComparison.Ordinal)
                    && Time.GetElapsedTime(toldAt) >= TellAtMostEvery))
            {
                (_told, toldAt, endsAt) = (running.Message, Time.GetTimestamp(), running.EndsAt);
                report(new StepReport.Running(step, Clean(running.Message), running.Facts) { EndsAt = endsAt });
            }

            first = false;
            var ends = running.EndsAt - Time.GetUtcNow();
            await WaitAsync(
                Pass with { Waited = Time.GetElapsedTime(since) },
                ends > TimeSpan.Zero && ends < left ? ends.Value : left,
                cancellationToken);
        }
    }

    private async Task<StepObservation> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var seen = await WithinAsync(
                static () => LongestLook, token => Action.ObserveAsync(Pass, token), cancellationToken);
            return new StepObservation(seen, IsFirstLook: true);
        }
        catch (StepActionException exception)
        {
            return new StepObservation(
                new Observation.Failed(exception.Reason, exception.Message), IsFirstLook: true, exception.Retryable);
        }
        catch (Exception exception) when (exception is not ActRefusedException && !IsOurs(exception, cancellationToken))
        {
            return new StepObservation(new Observation.Unknown(exception.Message), IsFirstLook: true);
        }
    }

    private Observation.Failed TimedOut(Observation.Running running) => new(
        EngineReasons.StepTimeout,
        Sentences.Join(
            $"Not finished after {KubernetesDuration.Format(timeout())}: {running.Message ?? "still under way"}",
            "If it still finishes, the run continues."));

    private async Task WaitAsync(StepContext context, TimeSpan left, CancellationToken cancellationToken)
    {
        var since = Time.GetTimestamp();
        using var questions = Listen();
        using var limit = new CancellationTokenSource(left < LookWithoutEvent ? left : LookWithoutEvent, Time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token, environment.Superseded, cancellationToken);
        try
        {
            await Action.WaitAsync(context, any.Token);
        }
        catch (OperationCanceledException) when (
            any.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // No event came, or the spec was replaced: the caller observes and decides.
            return;
        }
        catch (Exception exception) when (!IsOurs(exception, cancellationToken))
        {
            // The wait itself failed (for example a broken event stream). The pause prevents a busy loop, and the next
            // observation shows the state.
            await Task.Delay(Pause, Time, cancellationToken);
            return;
        }

        _quickWaits = Time.GetElapsedTime(since) < Quick ? _quickWaits + 1 : 0;
        if (_quickWaits > QuickWaitsAllowed)
        {
            await Task.Delay(Pause, Time, cancellationToken);
        }
    }

    // Cancels work that does not finish in time, and then throws a TimeoutException. The limit may be raised while the
    // work runs.
    private async Task<T> WithinAsync<T>(
        Func<TimeSpan> limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var since = Time.GetTimestamp();
        using var questions = Listen();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ITimer? timer = null;
        await using (timer = Time.CreateTimer(Check, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan))
        {
            Check(null);
            try
            {
                return await work(stop.Token);
            }
            catch (OperationCanceledException exception) when (
                stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"No answer within {KubernetesDuration.Format(limit())}. Something on the target hangs.",
                    exception);
            }
        }

        void Check(object? state)
        {
            var left = limit() - Time.GetElapsedTime(since);
            if (left > TimeSpan.Zero)
            {
                timer!.Change(left < LongestTimer ? left : LongestTimer, Timeout.InfiniteTimeSpan);
            }
            else
            {
                stop.Cancel();
            }
        }
    }

    // A target that is cut off is named by the step that waits for it.
    private OpenQuestions Listen() => OpenQuestions.Listen(
        Time, late => report(new StepReport.Silent(step, Clean(late ?? _told))));

    private async Task<StepReport?> BrokenGuardsAsync(CancellationToken cancellationToken)
    {
        // A command that was reserved for the first time has not begun yet.
        var before = plan.With(plan.Steps.Where(s => s.Id == step.Id && s is { RunOnce: true, Attempt: 1 }).Select(
            s => s with
            {
                Record = s.Record with { State = StepState.Pending, Attempt = 0, StartedAt = null, Receipt = null },
            }));
        var breaches = await WithinAsync(
            static () => LongestLook,
            token => GuardWatch.ReadAsync(environment, before, step, token),
            cancellationToken);
        return breaches.Count == 0 ? null : new StepReport.GuardsRead(step, plan, breaches);
    }

    private StepReport Conclude(StepObservation observation, StepActionException? actFailure) =>
        Report(observation, actFailure) with { OutputRef = observation.Seen.OutputRef };

    private StepReport Report(StepObservation observation, StepActionException? actFailure) => observation.Seen switch
    {
        Observation.Done done => new StepReport.Done(step, Clean(done.Message), done.Facts),
        Observation.Failed failed => new StepReport.Failed(
            step,
            failed.Reason,
            Clean(failed.Message) ?? "",
            observation.Retryable && actFailure is not { Retryable: false },
            failed.NothingRan ? FailurePoint.NoTrace : FailurePoint.Begun)
        {
            Acceptable = Action.MayBeAccepted(failed),
            Facts = failed.Facts ?? actFailure?.Facts,
        },
        // It cannot recover, and a look that cannot be read does not change that.
        Observation.Unknown when actFailure is { Retryable: false } => Failed(actFailure, FailurePoint.Begun),
        Observation.Unknown unknown => new StepReport.Unknown(step, Clean(unknown.Message) ?? "", unknown.IsPermanent),
        Observation.NotStarted when actFailure is not null =>
            NotTaken(actFailure, FailurePoint.NoTrace) ?? Failed(actFailure, FailurePoint.NoTrace),
        _ when actFailure is not null => Failed(actFailure, FailurePoint.Begun),
        _ => new StepReport.Idle(step),
    };

    // A refusal that another attempt would hear again may be accepted like a failure that was observed.
    private StepReport.Failed Failed(StepActionException failure, FailurePoint point) =>
        new(step, failure.Reason, Clean(failure.Message), failure.Retryable, point)
        {
            Acceptable = !failure.Retryable
                && (failure.MayBeAccepted
                    || Action.MayBeAccepted(new Observation.Failed(failure.Reason, failure.Message))),
            Facts = failure.Facts,
        };

    // Null: the target accepted or rejected the request. The time counts from the first request it did not accept.
    private StepReport? NotTaken(StepActionException failure, FailurePoint point)
    {
        if (!failure.NotTaken)
        {
            return null;
        }

        var since = step.Record.NotTakenSince ?? Time.GetUtcNow();
        return refusals is null || refusals.Taken < timeout()
            ? new StepReport.NotTaken(step, failure.Reason, Clean(failure.Message), since) { Facts = failure.Facts }
            : new StepReport.Failed(
                step,
                failure.Reason,
                Sentences.Join(
                    Clean(failure.Message),
                    $"It was retried for {KubernetesDuration.Format(timeout())} and has not started."),
                Retryable: false,
                point)
            {
                Facts = failure.Facts,
            };
    }

    // A fact that status does not take whole would be a wrong one: the step fails instead, and names it.
    private static StepReport? Whole(StepReport? report)
    {
        var facts = report switch
        {
            StepReport.Done done => done.Facts,
            StepReport.Failed failed => failed.Facts,
            StepReport.NotTaken refused => refused.Facts,
            _ => null,
        };
        if (Misfit("fact", StepTransitions.Merge(report?.Basis.Facts, facts)) is not { } why)
        {
            return report;
        }

        var (reason, message, point) = report switch
        {
            StepReport.Failed failed => (failed.Reason, failed.Message, failed.Point),
            StepReport.NotTaken refused => (refused.Reason, refused.Message, FailurePoint.NoTrace),
            _ => (
                EngineReasons.StepFailed,
                "The step is done, but what it found out is not stored.",
                FailurePoint.Begun),
        };
        return new StepReport.Failed(
            report!.Basis, reason, Sentences.Join(message, why, HowToFit), Retryable: false, point)
        {
            OutputRef = report.OutputRef,
        };
    }

    // Why status does not take entries that are read back; null if it does.
    private static string? Misfit(string what, IReadOnlyDictionary<string, string>? entries) =>
        entries?.Count > SchemaLimits.Recorded
            ? $"It has {entries.Count} {what}s, but status takes {SchemaLimits.Recorded}."
            : entries?.FirstOrDefault(e => e.Value.Length > SchemaLimits.Opaque) is { Key: { } key, Value: var value }
            ? $"Its {what} '{key}' has {value.Length} characters, but status takes {SchemaLimits.Opaque}."
            : null;

    [return: NotNullIfNotNull(nameof(message))]
    private string? Clean(string? message) => message is null ? null : environment.Redact(message);

    private StepContext Context(Step present) =>
        new() { OwnerUid = environment.OwnerUid, Plan = plan, Step = present, Time = Time, Memory = memory };

    private static bool IsOurs(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
}

/// <summary>The result of following a step.</summary>
/// <param name="Seen">The last observation.</param>
/// <param name="IsFirstLook">Whether it was the first observation, and the step had not been seen under way before:
/// only then a failure belongs to an earlier attempt.</param>
/// <param name="Retryable">Whether another attempt may help, if it failed.</param>
internal sealed record StepObservation(Observation Seen, bool IsFirstLook, bool Retryable = true);
