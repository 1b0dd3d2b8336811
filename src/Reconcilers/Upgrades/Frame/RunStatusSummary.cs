namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state of a run, in the terms of kstatus.</summary>
/// <param name="Kind">Whether it progresses, is stalled, or ended.</param>
/// <param name="Phase">The phase to show.</param>
/// <param name="Reason">Stable word.</param>
/// <param name="Message">What happens or is wrong, where, and the remedy.</param>
internal sealed record RunStatusSummary(RunOutcomeKind Kind, string Phase, string Reason, string Message)
{
    public string? Step { get; init; }

    /// <summary>Whether an administrator must act before the run can continue.</summary>
    public bool Held { get; init; }

    public IReadOnlyList<StepHold> Holds { get; init; } = [];

    public string? Approval => Holds.Count > 0 ? Holds[0].Approval : null;

    public bool IsRolledBack { get; init; }

    public bool Failed { get; init; }
}

/// <summary>Kinds of <see cref="RunStatusSummary"/>.</summary>
internal enum RunOutcomeKind
{
    Progressing,

    /// <summary>It cannot continue without a repair: Stalled.</summary>
    Stalled,

    PlanReady,

    Succeeded,

    RolledBack,
}
