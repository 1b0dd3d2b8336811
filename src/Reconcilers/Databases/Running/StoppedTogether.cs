namespace Drydock.Reconcilers.Databases;

/// <summary>The instances that a plan stops side by side. A gate judges all of them at once: each of them may be down,
/// or about to be, while another one is stopped. Pure.</summary>
internal static class StoppedTogether
{
    /// <summary>The other instances of the batch: those whose drains wait for the same steps.</summary>
    /// <param name="drain">The drain of the instance; null for none.</param>
    public static IReadOnlyList<string> Others(Plan plan, PlanStep? drain) => drain is null
        ? []
        :
        [
            .. plan.Steps
                .Where(s => s.Action == drain.Action
                    && s.Phase == drain.Phase
                    && s.Id != drain.Id
                    && s.After.Count == drain.After.Count
                    && s.After.TrueForAll(drain.After.Contains))
                .Select(s => s.Node)
                .OfType<string>(),
        ];
}
