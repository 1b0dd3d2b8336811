namespace Drydock.Reconcilers.Upgrades;

/// <summary>One attempt of a step that has ended.</summary>
internal sealed record StepAttempt(PlanStep Step, DateTimeOffset StartedAt, DateTimeOffset EndedAt);

/// <summary>Finds the attempts of steps that have ended, in plans. Pure.</summary>
internal static class StepAttempts
{
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Retried = "retried";

    /// <summary>The attempts that ended between two states of one object, with their outcome.</summary>
    /// <param name="at">When an attempt ended whose end is not recorded because another one follows.</param>
    public static IEnumerable<(StepAttempt Attempt, string Outcome)> EndedBetween(
        RunSample before, Plan plan, DateTimeOffset at)
    {
        // Another plan of the same object may have steps of the same names.
        var same = before.Plans.FirstOrDefault(p => IsSame(p, plan));
        if (same is not null && before.IsReduced)
        {
            // An object is reduced when it is inert: every attempt of its plans had ended.
            return [];
        }

        var former = same?.Steps.ToDictionary(step => step.Id, StringComparer.Ordinal);
        return plan.Steps
            .Select(step => EndedBetween(former?.GetValueOrDefault(step.Id) ?? new PlanStep { Id = step.Id }, step, at))
            .OfType<(StepAttempt, string)>();
    }

    public static IEnumerable<StepAttempt> Recorded(Plan plan) =>
        plan.Steps.Where(HasEnded).Select(Last);

    private static (StepAttempt, string)? EndedBetween(PlanStep was, PlanStep step, DateTimeOffset at) =>
        HasEnded(step) && !HasEnded(was)
            ? (Last(step), step.State == StepState.Succeeded ? Succeeded : Failed)
            : was is { StartedAt: { } began, State: StepState.Running } && step.State == StepState.Pending
                && step.StartedAt is null
            ? (new StepAttempt(was with { Reason = step.Reason }, began, at), Retried)
            : null;

    // A step that failed before it acted has no start.
    private static StepAttempt Last(PlanStep step) =>
        new(step, step.StartedAt ?? step.FinishedAt!.Value, step.FinishedAt!.Value);

    private static bool HasEnded(PlanStep step) =>
        step is { State: StepState.Succeeded or StepState.Failed, FinishedAt: not null };

    private static bool IsSame(Plan one, Plan other) =>
        one.Hash == other.Hash && one.AttemptsBefore == other.AttemptsBefore;
}
