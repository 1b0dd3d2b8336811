namespace Drydock.Engine.Guards;

/// <summary>Tells which guards of a plan are in force.</summary>
public static class GuardScope
{
    public static IEnumerable<PlanGuard> InForce(Plan plan, string? aboutToAct = null)
    {
        var states = plan.Steps.ToDictionary(s => s.Id, s => s.State, StringComparer.Ordinal);
        return plan.Guards.Where(g =>
            g.From.TrueForAll(id => states.GetValueOrDefault(id) == StepState.Succeeded)
            && (g.Until is null
                || (states.GetValueOrDefault(g.Until) == StepState.Pending
                        && !string.Equals(g.Until, aboutToAct, StringComparison.Ordinal))));
    }
}
