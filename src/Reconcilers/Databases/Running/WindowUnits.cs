using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Divides a rolling upgrade into units of work, before each of which the maintenance window is asked: an instance from
/// its drain to its verification, a point of no return, a service, a change of scheduling. Pure.
/// </summary>
internal static class WindowUnits
{
    /// <summary>Returns the plan in which the first step of each unit asks for the window.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="beginsUnit">Whether the engine begins a unit with the step.</param>
    public static Plan Declare(Plan plan, Func<PlanStep, bool> beginsUnit)
    {
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        return plan with
        {
            Steps =
            [
                .. plan.Steps.Select(
                    s => s with { AsksWindow = beginsUnit(s) || (s.PointOfNoReturn && !IsInsideUnit(s)) }),
            ],
        };

        // Between its drain and its verification an instance has no leaders or does not run.
        bool IsInsideUnit(PlanStep step) => step.Node is not null
            && step.After.Exists(
                id => steps[id] is { } before && before.Phase == step.Phase && before.Node == step.Node);
    }
}
