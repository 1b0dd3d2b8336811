using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Guards;

/// <summary>Tells which guards of a plan are in force.</summary>
public static class GuardScope
{
    /// <summary>
    /// Guards whose <see cref="PlanGuard.From"/> steps have all succeeded and whose <see cref="PlanGuard.Until"/> step
    /// has not started.
    /// </summary>
    /// <param name="plan">The plan as stored.</param>
    /// <param name="aboutToAct">A step that is about to act; guards that end with it are not read.</param>
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
