namespace Drydock.Engine.Running;

/// <summary>The effect of a retry token, or of a change of access, on failed or unreadable steps. Pure.</summary>
internal static class StepRetries
{
    /// <summary>The decision about one step.</summary>
    /// <param name="Reset">Its attempts are reset; the next observation decides whether anything is repeated.</param>
    /// <param name="Refused">Why a token does not reset it: a whole sentence.</param>
    public readonly record struct Answer(bool Reset, string? Refused);

    /// <summary>Answers for a step that is <see cref="StepState.Failed"/> or <see cref="StepState.Unknown"/>.</summary>
    /// <param name="step">The step.</param>
    /// <param name="byToken">A retry token was given; otherwise only access changed.</param>
    public static Answer For(PlanStep step, bool byToken) =>
        step.State == StepState.Unknown ? ForUnknown(step, byToken) : ForFailed(step, byToken);

    private static Answer ForUnknown(PlanStep step, bool byToken)
    {
        // Nothing is repeated after an outcome that cannot be read; it is observed again at once.
        if ((step.StartedAt is null && step.Attempt == 0) || !byToken)
        {
            return default;
        }

        return step.RunOnce || step.Retry != RetryRule.Repeat
            ? new Answer(Reset: false, $"The outcome of {step.Id} is unknown, so a retry only checks it again.")
            : new Answer(Reset: true, null);
    }

    private static Answer ForFailed(PlanStep step, bool byToken)
    {
        var left = step.StartedAt is null;
        if (!byToken)
        {
            return new Answer(
                Reset: step.RunOnce ? step.Attempt == 0 : left || step.Retry != RetryRule.RestoreFirst, null);
        }

        // An attempt that left no trace, or may still be under way, is observed again; the observation prevents a
        // second run.
        return step.Retry != RetryRule.RestoreFirst || left || step.Reason == EngineReasons.StepTimeout
            ? new Answer(Reset: true, null)
            : new Answer(
                Reset: false,
                $"{step.Id} may run again only on restored data, so a retry token alone does not repeat it.");
    }
}
