namespace Drydock.Reconcilers.Upgrades;

/// <summary>Kinds of <see cref="RunStatusSummary"/>.</summary>
internal enum RunOutcomeKind
{
    /// <summary>It works, or waits for what will come by itself or by a person's word: Reconciling.</summary>
    Progressing,

    /// <summary>Nothing goes on without a repair: Stalled.</summary>
    Stalled,

    /// <summary>mode: Plan has ended: Ready.</summary>
    PlanReady,

    /// <summary>The whole work is done: Ready and Succeeded.</summary>
    Succeeded,

    /// <summary>The former state is back, as it was asked: Ready and RolledBack.</summary>
    RolledBack,
}
