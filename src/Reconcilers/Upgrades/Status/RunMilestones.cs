namespace Drydock.Reconcilers.Upgrades;

/// <summary>The milestones of a kind, in the order of their conditions.</summary>
/// <param name="UndoneBy">Conditions that a phase of the rollback makes untrue. A condition that records a past event
/// (a backup) is not among them.</param>
internal sealed record RunMilestones(
    IReadOnlyList<Milestone> Upgrade, IReadOnlyList<Milestone> Rollback, IReadOnlyList<Milestone> UndoneBy);

/// <summary>A condition that belongs to a phase of a plan: true once all steps of the phase are done.</summary>
internal sealed record Milestone(string Condition, string Phase)
{
    /// <summary>Why it is not reached although its steps may be done: reason and message. Null, or no function, if
    /// nothing speaks against it.</summary>
    public Func<PlanProgress, (string Reason, string Message)?>? Missed { get; init; }
}
