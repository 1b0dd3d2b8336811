namespace Drydock.Reconcilers.Upgrades;

/// <summary>The milestones of a kind, in the order of their conditions.</summary>
/// <param name="There">Those of status.plan.</param>
/// <param name="Back">Those of status.rollbackPlan.</param>
/// <param name="UndoneBy">Which conditions a phase of the way back makes untrue; what has merely happened
/// stays.</param>
internal sealed record RunMilestones(
    IReadOnlyList<Milestone> There, IReadOnlyList<Milestone> Back, IReadOnlyList<Milestone> UndoneBy);
