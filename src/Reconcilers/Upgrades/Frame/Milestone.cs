using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>A condition that belongs to a phase of a plan: true once all steps of the phase are done.</summary>
/// <param name="Condition">Type of the condition.</param>
/// <param name="Phase">The phase.</param>
internal sealed record Milestone(string Condition, string Phase)
{
    /// <summary>
    /// Why it is not reached although its steps may be done: reason and message; null, or no function, if nothing
    /// stands against it.
    /// </summary>
    public Func<Plan, (string Reason, string Message)?>? Missed { get; init; }
}
