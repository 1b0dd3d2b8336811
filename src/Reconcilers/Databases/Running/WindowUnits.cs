namespace Drydock.Reconcilers.Databases;

/// <summary>Before which steps of a rolling upgrade the maintenance window is asked: before each instance, and before a
/// point of no return that belongs to no instance. Pure.</summary>
internal static class WindowUnits
{
    public static Plan Declare(Plan plan, Func<PlanStep, bool> beginsInstance)
    {
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        return plan with
        {
            Steps =
            [
                .. plan.Steps.Select(
                    s => s with { AsksWindow = beginsInstance(s) || (s.PointOfNoReturn && !IsInsideInstance(s)) }),
            ],
        };

        // Between its drain and its verification an instance has no leaders or does not run.
        bool IsInsideInstance(PlanStep step) => step.Node is not null
            && step.After.Exists(
                id => steps[id] is { } before && before.Phase == step.Phase && before.Node == step.Node);
    }
}
