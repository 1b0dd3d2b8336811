using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Running;

/// <summary>
/// How a report changes a step. Pure. A step whose attempt is open has a <see cref="PlanStep.StartedAt"/>; one that was
/// not begun, or whose last attempt is over and will be followed by another, has none.
/// </summary>
internal static class StepTransitions
{
    /// <summary>Looks at an unreadable outcome this many times before the run says so.</summary>
    public const int UnknownLooks = 3;

    /// <summary>Preparations are repeated up to this many times even for a run-once step: nothing has begun.</summary>
    public const int Preparations = 3;

    /// <summary>Times go through the API server, which may keep whole seconds only.</summary>
    public static TimeSpan ClockGrain { get; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a report made on <paramref name="basis"/> still speaks of <paramref name="step"/> as it is now stored.
    /// </summary>
    public static bool StillSpeaksOf(PlanStep basis, PlanStep step)
    {
        if (step.State == StepState.Succeeded)
        {
            return false;
        }

        // Opened by this job's own report that it is under way.
        var openedByJob = basis.StartedAt is null && step.StartedAt is not null
            && step.Attempt == Math.Max(basis.Attempt, 1) && step.Tries == basis.Tries + 1;
        return openedByJob || IsUnchanged(basis, step);
    }

    /// <summary>Whether nobody began, ended or reset an attempt since <paramref name="basis"/>.</summary>
    public static bool IsUnchanged(PlanStep basis, PlanStep step) =>
        step.Attempt == basis.Attempt
        && step.Tries == basis.Tries
        && (step.StartedAt, basis.StartedAt) switch
        {
            (null, null) => true,
            ({ } now, { } then) => (now - then).Duration() < ClockGrain,
            _ => false,
        };

    public static PlanStep Apply(PlanStep step, StepReport report, DateTimeOffset now, int unknownLooks)
    {
        // That nothing has begun is only known of the attempt the job was told of.
        var current = report is StepReport.Idle or StepReport.NotTaken or StepReport.Failed { Point: FailurePoint.BeforeAct }
            ? IsUnchanged(report.Basis, step) && step.State != StepState.Succeeded
            : StillSpeaksOf(report.Basis, step);
        if (!current)
        {
            return step;
        }

        return report switch
        {
            StepReport.Done done => step with
            {
                State = StepState.Succeeded,
                StartedAt = step.StartedAt ?? now,
                FinishedAt = now,
                Attempt = Math.Max(step.Attempt, 1),
                Reason = null,
                Message = done.Message,
                Facts = Merge(step.Facts, done.Facts),
                NotTakenSince = null,
            },
            StepReport.Running running => step with
            {
                State = StepState.Running,
                Tries = step.StartedAt is null ? step.Tries + 1 : step.Tries,
                StartedAt = step.StartedAt ?? now,
                FinishedAt = null,
                Attempt = Math.Max(step.Attempt, 1),
                Reason = null,
                Message = running.Message ?? (step.State == StepState.Running ? step.Message : null),
                NotTakenSince = null,
            },
            StepReport.NotTaken when step.State == StepState.Failed => step,
            StepReport.NotTaken refused => step with
            {
                State = step.StartedAt is null ? StepState.Pending : StepState.Running,
                Reason = refused.Reason,
                Message = $"has not begun, trying again: {refused.Message}",
                NotTakenSince = refused.Since,
            },
            StepReport.Failed failed => Fail(step, failed, now),
            StepReport.Unknown when step.State == StepState.Failed => step,
            StepReport.Unknown unknown when unknownLooks >= UnknownLooks || step.State == StepState.Unknown => step with
            {
                State = StepState.Unknown,

                // What could only not be read may still turn out well: whoever repeats or takes back by the reason must
                // not do so then.
                Reason = unknown.Lost ? EngineReasons.OutcomeUnknown : null,
                Message = unknown.Message,
            },
            StepReport.Unknown unknown => step with { Message = unknown.Message },

            // It can be read again, and has not begun.
            StepReport.Idle when step.State == StepState.Unknown => step with
            {
                State = step.StartedAt is null ? StepState.Pending : StepState.Running,
                Reason = null,
                Message = null,
                NotTakenSince = null,
            },

            // Somebody stopped the run: the time for which its target may refuse begins anew.
            StepReport.Idle when step.State != StepState.Failed => step with { NotTakenSince = null },
            _ => step,
        };
    }

    /// <summary>
    /// Writes the receipt and counts the attempt; one that was already counted keeps its number. The time of the
    /// attempt runs from here, also when a killed operator had written its receipt long ago.
    /// </summary>
    public static PlanStep Begin(PlanStep step, StepReport.Ready ready, DateTimeOffset now) => step with
    {
        State = StepState.Running,
        Attempt = ready.SameAttempt ? step.Attempt : step.Attempt + 1,
        Tries = step.StartedAt is null ? step.Tries + 1 : step.Tries,
        StartedAt = now,
        FinishedAt = null,
        Reason = null,
        Message = null,
        Receipt = Merge(null, ready.Receipt),
        Facts = null,
        CleanedUpAt = null,
    };

    /// <summary>Gives a step its attempts back.</summary>
    public static PlanStep Reset(PlanStep step) =>
        step with { State = StepState.Pending, Tries = 0, StartedAt = null, FinishedAt = null, Reason = null, Message = "to be tried again", NotTakenSince = null };

    private static PlanStep Fail(PlanStep step, StepReport.Failed failed, DateTimeOffset now)
    {
        if (step.State == StepState.Failed)
        {
            return step with { Reason = failed.Reason, Message = failed.Message };
        }

        var tries = step.StartedAt is null ? step.Tries + 1 : step.Tries;
        var limit = failed.Point == FailurePoint.BeforeAct ? Math.Max(step.MaxAttempts, Preparations) : step.MaxAttempts;
        var last = !failed.Retryable || tries >= limit || NeverByItself(step, failed.Point);
        var begun = failed.Point == FailurePoint.Begun;
        return step with
        {
            State = last ? StepState.Failed : StepState.Pending,
            Tries = tries,
            Attempt = begun ? Math.Max(step.Attempt, 1) : step.Attempt,
            StartedAt = last && begun ? step.StartedAt ?? now : null,
            FinishedAt = last ? now : null,
            Reason = failed.Reason,
            Message = last ? failed.Message : $"attempt {tries} of {limit} failed, trying again: {failed.Message}",
        };
    }

    private static bool NeverByItself(PlanStep step, FailurePoint point) => point switch
    {
        FailurePoint.BeforeAct => false,
        FailurePoint.NoTrace => step.RunOnce,
        _ => step.RunOnce || step.Retry == RetryRule.RestoreFirst,
    };

    private static SortedDictionary<string, string>? Merge(
        SortedDictionary<string, string>? receipt, IReadOnlyDictionary<string, string>? more)
    {
        if (more is null || more.Count == 0)
        {
            return receipt;
        }

        var merged = receipt is null
            ? new SortedDictionary<string, string>(StringComparer.Ordinal)
            : new SortedDictionary<string, string>(receipt, StringComparer.Ordinal);
        foreach (var (key, value) in more)
        {
            merged[key] = value;
        }

        return merged;
    }
}
