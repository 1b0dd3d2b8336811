using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Running;

/// <summary>What people want of the run now. Read anew at every advance.</summary>
public sealed record RunControls
{
    /// <summary>Finish what runs, start nothing.</summary>
    public bool Paused { get; init; }

    /// <summary>
    /// Why nothing may be started although the run is not paused (deletion with Abandon, an abort); null lets it start.
    /// </summary>
    public string? StartNothingBecause { get; init; }

    /// <summary>Phases, step ids, or <see cref="Holds.HoldMatcher.PointOfNoReturn"/> before which to stop.</summary>
    public IReadOnlySet<string> HoldBefore { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// The one of <see cref="HoldBefore"/> that is there only because another plan than this one was approved; null if
    /// there is none.
    /// </summary>
    public string? OtherPlanApproved { get; init; }

    /// <summary>
    /// On how many nodes steps may be under way at one time; null for all. Steps without a node do not count.
    /// </summary>
    public int? MaxParallelNodes { get; init; }

    /// <summary>
    /// When the phase of a step may start; null or a moment that has passed lets it start now. Asked only for phases of
    /// which no step has begun: a phase that has started is never interrupted.
    /// </summary>
    public Func<PlanStep, DateTimeOffset?> PhaseOpensAt { get; init; } = static _ => null;

    /// <summary>Holds that were approved for this plan.</summary>
    public IReadOnlySet<string> Approved { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>A retry token that was not used before is here.</summary>
    public bool Retry { get; init; }

    /// <summary>
    /// An access field or a referenced Secret changed: repeatable steps get new attempts, and everything is looked at
    /// again at once. To be set for the advance that follows the change, not for all that follow.
    /// </summary>
    public bool AccessChanged { get; init; }

    /// <summary>
    /// How long one attempt of a step may take now. Asked from jobs, at any time until the next advance.
    /// </summary>
    public required Func<PlanStep, TimeSpan> TimeoutOf { get; init; }
}
