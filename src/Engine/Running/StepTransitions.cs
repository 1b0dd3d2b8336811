using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Running;

/// <summary>How a report changes a step. Pure; a report about another attempt changes nothing.</summary>
internal static class StepTransitions
{
    /// <summary>Looks at an unreadable outcome this many times before the run says so.</summary>
    public const int UnknownLooks = 3;

    public static PlanStep Apply(PlanStep step, StepReport report, DateTimeOffset now, int unknownLooks)
    {
        // A step that is only waited for counts as attempt 1 from its first report on; the job that follows it still says 0.
        var sameAttempt = report.Attempt == step.Attempt || (report.Attempt == 0 && step.Attempt == 1);
        if (!sameAttempt || step.State == StepState.Succeeded)
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
                Receipt = Merge(step.Receipt, done.Facts),
            },
            StepReport.Running running => step with
            {
                State = StepState.Running,
                StartedAt = step.State is StepState.Running or StepState.Unknown or StepState.Failed ? step.StartedAt ?? now : now,
                FinishedAt = null,
                Attempt = Math.Max(step.Attempt, 1),
                Tries = Math.Max(step.Tries, 1),
                Reason = null,
                Message = running.Message ?? step.Message,
            },
            StepReport.Failed failed => Fail(step, failed, now),
            StepReport.Unknown unknown when unknownLooks >= UnknownLooks || step.State == StepState.Unknown => step with
            {
                State = step.State == StepState.Failed ? StepState.Failed : StepState.Unknown,
                Reason = step.State == StepState.Failed ? step.Reason : EngineReasons.OutcomeUnknown,
                Message = step.State == StepState.Failed ? step.Message : unknown.Message,
            },
            StepReport.Unknown unknown when step.State is StepState.Running or StepState.Pending => step with { Message = unknown.Message },
            _ => step,
        };
    }

    /// <summary>Writes the receipt and counts the attempt; a step that was already counted (its act was never seen) keeps its number.</summary>
    public static PlanStep Begin(PlanStep step, IReadOnlyDictionary<string, string> receipt, DateTimeOffset now)
    {
        var again = step.State is StepState.Running or StepState.Unknown;
        return step with
        {
            State = StepState.Running,
            Attempt = again ? step.Attempt : step.Attempt + 1,
            Tries = again ? step.Tries : step.Tries + 1,
            StartedAt = again ? step.StartedAt ?? now : now,
            FinishedAt = null,
            Reason = null,
            Message = again ? step.Message : null,
            Receipt = receipt.Count == 0 && step.Receipt is null ? null : Merge(null, receipt),
        };
    }

    /// <summary>Gives a failed step its attempts back.</summary>
    public static PlanStep Reset(PlanStep step) =>
        step with { State = StepState.Pending, Tries = 0, Reason = null, FinishedAt = null, Message = "to be tried again" };

    private static PlanStep Fail(PlanStep step, StepReport.Failed failed, DateTimeOffset now)
    {
        if (step.State == StepState.Failed)
        {
            return step with { Reason = failed.Reason, Message = failed.Message };
        }

        var tries = Math.Max(step.Tries, 1);
        var last = step.RunOnce || !failed.Retryable || tries >= step.MaxAttempts;
        return step with
        {
            State = last ? StepState.Failed : StepState.Pending,
            Tries = tries,
            Attempt = Math.Max(step.Attempt, 1),
            StartedAt = step.StartedAt ?? now,
            FinishedAt = last ? now : null,
            Reason = failed.Reason,
            Message = last ? failed.Message : $"attempt {tries} of {step.MaxAttempts} failed, trying again: {failed.Message}",
        };
    }

    private static SortedDictionary<string, string>? Merge(SortedDictionary<string, string>? receipt, IReadOnlyDictionary<string, string>? more)
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
