using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>The number by which an attempt of a step names what it makes.</summary>
internal static class StepOrdinals
{
    /// <summary>
    /// Counts on over all plans of one object: a second run from preflight never finds the first one's snapshot,
    /// restore or witness as its own.
    /// </summary>
    public static int Ordinal(this StepContext context) => context.Plan.AttemptsBefore + context.Step.Attempt;
}
