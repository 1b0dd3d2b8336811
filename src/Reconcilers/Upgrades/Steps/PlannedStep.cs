namespace Drydock.Reconcilers.Upgrades;

/// <summary>Compiles the steps and guards of a plan from typed arguments.</summary>
internal static class PlannedStep
{
    public static string Id(string phase, string node, string? verb = null) =>
        verb is null ? $"{phase}/{node}" : $"{phase}/{node}/{verb}";

    /// <param name="node">The node, database or cluster; null for the whole system.</param>
    /// <param name="after">Ids of the steps that must have succeeded before.</param>
    public static PlanStep Of(
        string id,
        string? node,
        string title,
        IStepAction step,
        IEnumerable<string> after,
        string timeout,
        int attempts) => new()
        {
            Id = id,
            Node = node,
            Title = title,
            After = [.. after],
            Action = step.GetType().Name,
            Parameters = StepArguments.Write(step),
            Timeout = timeout,
            MaxAttempts = attempts,
        };

    /// <param name="node">The node; null for the whole system.</param>
    /// <param name="until">No longer in force once this step has begun; null keeps it to the end of the plan.</param>
    public static PlanGuard Guard(
        string id, string? node, IGuardCheck check, IEnumerable<string> from, string? until = null) => new()
        {
            Id = id,
            Node = node,
            Check = check.GetType().Name,
            Parameters = StepArguments.Write(check),
            From = [.. from],
            Until = until,
        };
}
