using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// A plan that was left for the way back for good: what was done to what, when, and what came of it. How it was to be
/// done is of no more use, and of a large database both plans would not fit one object. Pure.
/// </summary>
internal static class PlanHistory
{
    /// <summary>The plan without it; the hash stays that of the plan as it was approved.</summary>
    public static Plan Of(Plan plan) => plan with
    {
        Steps = [.. plan.Steps.Select(s => s with { Title = "", After = [], Timeout = "", MaxAttempts = 0, Tries = 0 })],
    };
}
