namespace Drydock.Cli.Changes;

/// <summary>Which steps a hold stands before. The same rule as the operator's.</summary>
internal static class HoldNames
{
    private const string PointOfNoReturn = "PointOfNoReturn";

    public static bool Covers(string name, Plan plan, PlanStep step) =>
        name == step.Id || name == step.Phase || IsWhole(name, plan)
        || (name == PointOfNoReturn && step.PointOfNoReturn);

    public static bool IsWhole(string name, Plan plan) => name == plan.Hold;

    public static List<PlanStep> Steps(string name, Plan? plan) =>
        plan is null ? [] : plan.Steps.FindAll(s => Covers(name, plan, s));

    /// <summary>The ids and phases before which the run waits. A hold that names no step and no phase stands before the
    /// steps that would begin next; what it covers later is not waiting yet.</summary>
    public static HashSet<string> Waiting(IEnumerable<string> names, Plan plan)
    {
        var named = names.ToLookup(name => name == PointOfNoReturn || IsWhole(name, plan));
        var waiting = named[false].ToHashSet(StringComparer.Ordinal);
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id)
            .ToHashSet(StringComparer.Ordinal);
        waiting.UnionWith(plan.Steps
            .Where(s => s.State == StepState.Pending && s.After.TrueForAll(done.Contains)
                && named[true].Any(name => Covers(name, plan, s)))
            .Select(s => s.Id));
        return waiting;
    }
}
