namespace Drydock.Reconcilers.Upgrades;

/// <summary>Where a run stands, in the terms of kstatus.</summary>
/// <param name="Kind">Whether it works, waits, is stalled, or ended.</param>
/// <param name="Phase">The phase to show.</param>
/// <param name="Reason">Stable word.</param>
/// <param name="Message">What goes on or is wrong, where, and what to do.</param>
internal sealed record RunStatusSummary(RunOutcomeKind Kind, string Phase, string Reason, string Message)
{
    /// <summary>Ids of the steps to show: those that run, or the one that failed.</summary>
    public string? Step { get; init; }

    /// <summary>Whether a person must do something for it to go on in the ordinary course.</summary>
    public bool Held { get; init; }

    /// <summary>Whether the former state is back.</summary>
    public bool Back { get; init; }

    /// <summary>Whether it failed (and not only stalled).</summary>
    public bool Failed { get; init; }
}
