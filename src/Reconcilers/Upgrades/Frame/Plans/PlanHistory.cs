namespace Drydock.Reconcilers.Upgrades;

/// <summary>The history of a plan that was left for its rollback for good: the actions, their targets, times and
/// results. The details of other steps are no longer needed, and for a large database both plans would not fit into one
/// object. Pure.</summary>
internal static class PlanHistory
{
    /// <summary>The plan without those fields; the hash stays that of the plan as it was approved.</summary>
    public static Plan Of(Plan plan) => plan with
    {
        Steps =
            [.. plan.Steps.Select(s => s with { Title = "", After = [], Timeout = "", MaxAttempts = 0, Tries = 0 })],
    };
}
