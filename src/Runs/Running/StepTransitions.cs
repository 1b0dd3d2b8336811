namespace Drydock.Runs;

/// <summary>How a report changes the record of a step. Pure. A step whose attempt is open has a
/// <see cref="StepRecord.StartedAt"/>. A step that has not started, or whose last attempt is over and will be followed
/// by another, has none.</summary>
internal static class StepTransitions
{
    public const int UnknownLooks = 3;

    public const int Preparations = 3;

    public static TimeSpan ClockGrain { get; } = TimeSpan.FromSeconds(1);

    public static bool StillSpeaksOf(StepRecord basis, StepRecord step)
    {
        if (step.State == StepState.Succeeded)
        {
            return false;
        }

        // The attempt was opened by this job's own report that it is under way.
        var openedByJob = basis.StartedAt is null && step.StartedAt is not null
            && step.Attempt == Math.Max(basis.Attempt, 1) && step.Tries == basis.Tries + 1;
        return openedByJob || IsUnchanged(basis, step);
    }

    /// <summary>Whether no attempt was started, ended or reset since <paramref name="basis"/>.</summary>
    public static bool IsUnchanged(StepRecord basis, StepRecord step) =>
        step.Attempt == basis.Attempt
        && step.Tries == basis.Tries
        && (step.CountsFrom, basis.CountsFrom) switch
        {
            (null, null) => true,
            ({ } now, { } then) => (now - then).Duration() < ClockGrain,
            _ => false,
        };

    public static StepRecord Apply(Step before, StepReport report, DateTimeOffset now, int unknownLooks)
    {
        var step = before.Record;

        // "Nothing has started" is known only for the attempt that the job was started for.
        var current = report is StepReport.Idle or StepReport.NotTaken
            or StepReport.Failed { Point: FailurePoint.BeforeAct }
            ? IsUnchanged(report.Basis.Record, step) && step.State != StepState.Succeeded
            : StillSpeaksOf(report.Basis.Record, step);
        if (!current)
        {
            return step;
        }

        var next = report switch
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
                Acceptable = false,
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
                Facts = Merge(step.Facts, running.Facts),
                NotTakenSince = null,
                Acceptable = false,
            },
            StepReport.Silent silent when step.State is StepState.Pending or StepState.Running =>
                step with { Message = silent.Message },
            StepReport.NotTaken when step.State == StepState.Failed => step,
            StepReport.NotTaken refused => step with
            {
                State = step.StartedAt is null ? StepState.Pending : StepState.Running,
                Reason = refused.Reason,
                Message = refused.IsSameAttempt ? refused.Message : $"Not started yet, retrying: {refused.Message}",
                Facts = Merge(step.Facts, refused.Facts),
                NotTakenSince = refused.Since,
            },
            StepReport.Failed failed => Fail(before, failed, now),
            StepReport.Unknown when step.State == StepState.Failed => step,
            StepReport.Unknown unknown when unknownLooks >= UnknownLooks || step.State == StepState.Unknown => step with
            {
                State = StepState.Unknown,

                // An outcome that merely could not be read may still be a success. Retries and rollbacks that are
                // decided by the reason must not happen then.
                Reason = unknown.IsPermanent ? EngineReasons.OutcomeUnknown : null,
                Message = unknown.Message,
            },
            StepReport.Unknown unknown => step with { Message = unknown.Message },

            // It can be read again, and has not started.
            StepReport.Idle when step.State == StepState.Unknown => step with
            {
                State = step.StartedAt is null ? StepState.Pending : StepState.Running,
                Reason = null,
                Message = null,
                NotTakenSince = null,
            },

            // Something stopped the run in between: the time during which its target may refuse starts again.
            StepReport.Idle when step.State != StepState.Failed => step with { NotTakenSince = null },
            _ => step,
        };
        return report.OutputRef is { } output ? next with { OutputRef = output } : next;
    }

    /// <summary>Records the receipt and counts the attempt; an attempt that is already counted keeps its number and its
    /// start. Its time limit counts from here, even if an operator that was killed had recorded its receipt long
    /// before.</summary>
    public static StepRecord Begin(StepRecord step, StepReport.Ready ready, DateTimeOffset now) => step with
    {
        State = StepState.Running,
        Attempt = ready.SameAttempt ? step.Attempt : step.Attempt + 1,
        Tries = step.StartedAt is null ? step.Tries + 1 : step.Tries,
        StartedAt = ready.SameAttempt ? step.StartedAt ?? now : now,
        ResumedAt = ready.SameAttempt && step.StartedAt is not null ? now : null,
        FinishedAt = null,
        Reason = null,
        Message = null,
        Receipt = Merge(null, ready.Receipt),
        Facts = null,
        CleanedUpAt = null,
        Acceptable = false,
    };

    /// <summary>Lets a step that failed, or could not be read, count as done; its message keeps the verdict that was
    /// overruled.</summary>
    public static StepRecord Accept(StepRecord step, AcceptedBy by, DateTimeOffset now) => step with
    {
        State = StepState.Succeeded,
        StartedAt = step.StartedAt ?? now,
        FinishedAt = now,
        Attempt = Math.Max(step.Attempt, 1),
        Accepted = new StepAcceptance
        {
            By = by,
            At = now,
            Reason = step.Reason
                ?? (step.State == StepState.Unknown ? EngineReasons.OutcomeUnknown : EngineReasons.StepFailed),
        },
        Reason = null,
        Acceptable = false,
        NotTakenSince = null,
    };

    public static StepRecord Reset(StepRecord step) =>
        step with
        {
            IsRetried = true,
            State = StepState.Pending,
            Tries = 0,
            StartedAt = null,
            FinishedAt = null,
            Reason = null,
            Message = "Will be retried.",
            NotTakenSince = null,
            Acceptable = false,
        };

    /// <summary>Whether a retry, or else a change of access, resets a step that failed or is unknown, and why a
    /// token does not: a whole sentence. After the reset the next observation decides whether anything is
    /// repeated.</summary>
    public static (bool Reset, string? Refused) Retry(Step step, bool byToken) => (step.Planned, step.Record) switch
    {
        // Nothing is repeated after an outcome that cannot be read; it is observed again at once.
        (_, { State: StepState.Unknown } record) when !byToken || record is { StartedAt: null, Attempt: 0 } => default,
        ({ RunOnce: true } or { Retry: not RetryRule.Repeat }, { State: StepState.Unknown }) =>
            (false, $"The outcome of {step.Id} is unknown, so a retry only checks it again."),
        (_, { State: StepState.Unknown }) => (true, null),

        // What happened to the target is judged by an administrator, not by new access.
        ({ RunOnce: true }, var record) when !byToken =>
            (record is { Attempt: 0, Reason: not EngineReasons.TargetChanged }, null),

        // An attempt that left no trace, or may still be under way, is observed again; the observation prevents a
        // second run.
        (_, { StartedAt: null }) or ({ Retry: not RetryRule.RestoreFirst }, _) => (true, null),
        (_, { Reason: EngineReasons.StepTimeout }) when byToken => (true, null),
        _ => (false, byToken
            ? $"{step.Id} may run again only on restored data, so a retry alone does not repeat it."
            : null),
    };

    private static StepRecord Fail(Step before, StepReport.Failed failed, DateTimeOffset now)
    {
        var (planned, step) = before;
        if (step.State == StepState.Failed)
        {
            return step with { Reason = failed.Reason, Message = failed.Message, Acceptable = failed.Acceptable };
        }

        var tries = step.StartedAt is null ? step.Tries + 1 : step.Tries;
        var limit = failed.Point == FailurePoint.BeforeAct
            ? Math.Max(planned.MaxAttempts, Preparations)
            : planned.MaxAttempts;
        var last = !failed.Retryable || tries >= limit
            || (planned.RunOnce && failed.Point != FailurePoint.BeforeAct);
        var begun = failed.Point == FailurePoint.Begun;
        var after = step with
        {
            State = last ? StepState.Failed : StepState.Pending,
            Tries = tries,
            Attempt = begun ? Math.Max(step.Attempt, 1) : step.Attempt,
            StartedAt = last && begun ? step.StartedAt ?? now : null,
            FinishedAt = last ? now : null,
            Failures = last ? step.Failures + 1 : step.Failures,
            Reason = failed.Reason,
            Message = last ? failed.Message : $"Attempt {tries} of {limit} failed, retrying: {failed.Message}",
            Facts = Merge(step.Facts, failed.Facts),
            Acceptable = last && failed.Acceptable,
        };
        return last && planned.OnlyLists ? Accept(after, AcceptedBy.Plan, now) : after;
    }

    public static IReadOnlyDictionary<string, string>? Merge(
        IReadOnlyDictionary<string, string>? receipt, IReadOnlyDictionary<string, string>? more)
    {
        if (more is not { Count: > 0 })
        {
            return receipt;
        }

        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in (receipt ?? ReadOnlyDictionary<string, string>.Empty).Concat(more))
        {
            merged[key] = value;
        }

        return merged;
    }
}
