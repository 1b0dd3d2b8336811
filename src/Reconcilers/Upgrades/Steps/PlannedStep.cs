namespace Drydock.Reconcilers.Upgrades;

/// <summary>Compiles the steps and guards of a plan from typed arguments.</summary>
internal static class PlannedStep
{
    public static string Id(string phase, string node, string? verb = null) =>
        verb is null ? $"{phase}/{node}" : $"{phase}/{node}/{verb}";

    /// <summary>A step; its action is the class that declares <typeparamref name="TArgs"/>.</summary>
    /// <param name="node">The node, database or cluster; null for the whole system.</param>
    /// <param name="after">Ids of the steps that must have succeeded before.</param>
    public static PlanStep Of<TArgs>(
        string id, string? node, string title, TArgs args, IEnumerable<string> after, string timeout, int attempts)
        where TArgs : class => new()
        {
            Id = id,
            Node = node,
            Title = title,
            After = [.. after],
            Action = StepArguments.ActionOf(typeof(TArgs)),
            Parameters = StepArguments.Write(args),
            Timeout = timeout,
            MaxAttempts = attempts,
        };

    /// <summary>A guard; its check is the class that declares <typeparamref name="TArgs"/>.</summary>
    /// <param name="node">The node; null for the whole system.</param>
    /// <param name="until">No longer in force once this step has begun; null keeps it to the end of the plan.</param>
    public static PlanGuard Guard<TArgs>(
        string id, string? node, TArgs args, IEnumerable<string> from, string? until = null)
        where TArgs : class => new()
        {
            Id = id,
            Node = node,
            Check = StepArguments.ActionOf(typeof(TArgs)),
            Parameters = StepArguments.Write(args),
            From = [.. from],
            Until = until,
        };
}
