using Drydock.Engine.Holds;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state of a run, in the terms of kstatus.</summary>
/// <param name="Kind">Whether it progresses, is stalled, or ended.</param>
/// <param name="Phase">The phase to show.</param>
/// <param name="Reason">Stable word.</param>
/// <param name="Message">What happens or is wrong, where, and the remedy.</param>
internal sealed record RunStatusSummary(RunOutcomeKind Kind, string Phase, string Reason, string Message)
{
    /// <summary>Ids of the steps to show: those that run, or the one that failed.</summary>
    public string? Step { get; init; }

    /// <summary>Whether an administrator must act before the run can continue.</summary>
    public bool Held { get; init; }

    /// <summary>The holds that an approval ends; empty if none does.</summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];

    /// <summary>The approval that continues the run, as the annotation has it; null if none does.</summary>
    public string? Approval => Holds.Count > 0 ? Holds[0].Approval : null;

    /// <summary>Whether the former state is restored.</summary>
    public bool IsRolledBack { get; init; }

    /// <summary>Whether it failed (and not only stalled).</summary>
    public bool Failed { get; init; }
}

/// <summary>Kinds of <see cref="RunStatusSummary"/>.</summary>
internal enum RunOutcomeKind
{
    /// <summary>It works, or waits for something that comes automatically or for an approval: Reconciling.</summary>
    Progressing,

    /// <summary>It cannot continue without a repair: Stalled.</summary>
    Stalled,

    /// <summary>mode: Plan has ended: Ready.</summary>
    PlanReady,

    /// <summary>All work is done: Ready and Succeeded.</summary>
    Succeeded,

    /// <summary>The former state is restored, as requested: Ready and RolledBack.</summary>
    RolledBack,
}
