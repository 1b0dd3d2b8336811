namespace Drydock.Reconcilers.Upgrades;

/// <summary>The base of every guard check, a record of its arguments; stored as a step is.</summary>
internal abstract record GuardBase<TTargets> : PlannedPart<TTargets>, IGuardCheck
    where TTargets : class
{
    public abstract Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken);
}

/// <summary>Compiles the guards of a plan.</summary>
internal static class PlannedGuard
{
    /// <param name="node">The node; null for the whole system.</param>
    /// <param name="until">No longer in force once this step has begun; null keeps it to the end of the plan.</param>
    public static PlanGuard Of(
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
