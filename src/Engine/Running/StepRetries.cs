using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Running;

/// <summary>What a retry token, or a change of access, does to steps that failed or cannot be read. Pure.</summary>
internal static class StepRetries
{
    /// <summary>What to do with one step.</summary>
    /// <param name="Reset">It gets its attempts back; the next look decides whether anything is repeated.</param>
    /// <param name="Refused">Why a token does not do that.</param>
    public readonly record struct Answer(bool Reset, string? Refused);

    /// <summary>Answers for a step that is <see cref="StepState.Failed"/> or <see cref="StepState.Unknown"/>.</summary>
    /// <param name="step">The step.</param>
    /// <param name="byToken">A person asked; otherwise only access changed.</param>
    public static Answer For(PlanStep step, bool byToken) =>
        step.State == StepState.Unknown ? ForUnknown(step, byToken) : ForFailed(step, byToken);

    private static Answer ForUnknown(PlanStep step, bool byToken)
    {
        // Nothing is repeated on an outcome that cannot be read; it is looked at again at once.
        if ((step.StartedAt is null && step.Attempt == 0) || !byToken)
        {
            return default;
        }

        return step.RunOnce || step.Retry != RetryRule.Repeat
            ? new Answer(Reset: false, $"{step.Id}: what came of it is unknown, so a retry only looks again")
            : new Answer(Reset: true, null);
    }

    private static Answer ForFailed(PlanStep step, bool byToken)
    {
        var left = step.StartedAt is null;
        if (!byToken)
        {
            return new Answer(Reset: step.RunOnce ? step.Attempt == 0 : left || step.Retry != RetryRule.RestoreFirst, null);
        }

        // What left no trace, or may still be under way, is looked at anew; it is the look that forbids a second run.
        return step.Retry != RetryRule.RestoreFirst || left || step.Reason == EngineReasons.StepTimeout
            ? new Answer(Reset: true, null)
            : new Answer(Reset: false, $"{step.Id} may be repeated only on restored data; a retry token alone never repeats it");
    }
}
