using Drydock.Abstractions.Plans;

namespace Drydock.Cli.Changes;

/// <summary>Which steps a hold stands before. The same rule as the operator's.</summary>
internal static class HoldNames
{
    private const string PointOfNoReturn = "PointOfNoReturn";

    /// <summary>
    /// Whether a hold covers a step: it names the step, its phase, every point of no return, or the whole plan.
    /// </summary>
    public static bool Covers(string name, Plan plan, PlanStep step) =>
        name == step.Id || name == step.Phase || IsWhole(name, plan)
        || (name == PointOfNoReturn && step.PointOfNoReturn);

    /// <summary>Whether it is the hold before the whole plan, as before the rollback of a success.</summary>
    public static bool IsWhole(string name, Plan plan) => name == plan.Hold;

    /// <summary>The steps that a hold covers; none without a plan.</summary>
    public static List<PlanStep> Steps(string name, Plan? plan) =>
        plan is null ? [] : plan.Steps.FindAll(s => Covers(name, plan, s));

    /// <summary>
    /// The ids and phases to show as held: what the holds name, and for a hold that names no step and no phase the
    /// steps that would begin next.
    /// </summary>
    public static HashSet<string> Shown(IEnumerable<string> names, Plan plan)
    {
        var shown = names.ToHashSet(StringComparer.Ordinal);
        var wide = shown.Where(name => name == PointOfNoReturn || IsWhole(name, plan)).ToList();
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id)
            .ToHashSet(StringComparer.Ordinal);
        shown.UnionWith(plan.Steps
            .Where(s => s.State == StepState.Pending && s.After.TrueForAll(done.Contains)
                && wide.Exists(name => Covers(name, plan, s)))
            .Select(s => s.Id));
        return shown;
    }
}
