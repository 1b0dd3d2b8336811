namespace Drydock.Cli.Changes;

/// <summary>Which steps of a plan a hold stands before.</summary>
internal static class HoldNames
{
    public static bool Covers(string name, PlanProgress plan, Step step) =>
        IsWhole(name, plan) || HoldMatcher.Covers(name, step.Planned);

    public static ImmutableList<Step> Steps(string name, PlanProgress? plan) =>
        plan?.Steps.FindAll(step => Covers(name, plan, step)) ?? [];

    /// <summary>The ids and phases before which the run waits. A hold that names no step and no phase stands before the
    /// steps that would begin next; what it covers later is not waiting yet.</summary>
    public static HashSet<string> Waiting(IEnumerable<string> names, PlanProgress plan)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id)
            .ToHashSet(StringComparer.Ordinal);
        return names
            .SelectMany(name => name == HoldMatcher.PointOfNoReturn || IsWhole(name, plan)
                ? Steps(name, plan).Where(s => s.State == StepState.Pending && s.After.TrueForAll(done.Contains))
                    .Select(s => s.Id)
                : [name])
            .ToHashSet(StringComparer.Ordinal);
    }

    private static bool IsWhole(string name, PlanProgress plan) => name == plan.Hold || name == HoldMatcher.Plan;
}
