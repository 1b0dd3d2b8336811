namespace Drydock.Reconcilers.Oms;

/// <summary>The number with which an attempt of a step names the objects it creates.</summary>
internal static class StepOrdinals
{
    /// <summary>Increases over all plans of one object: a second run from preflight never mistakes the snapshot,
    /// restore or witness of the first for its own.</summary>
    public static int Ordinal(this StepContext context) => context.Plan.AttemptsBefore + context.Step.Attempt;
}
