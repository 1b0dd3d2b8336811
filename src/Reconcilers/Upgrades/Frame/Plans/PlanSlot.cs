namespace Drydock.Reconcilers.Upgrades;

/// <summary>Which of a run's plans is meant.</summary>
internal enum PlanSlot
{
    /// <summary>The way there: status.plan.</summary>
    Upgrade,

    /// <summary>The way back: status.rollbackPlan.</summary>
    Rollback,

    /// <summary>The removal, after success, of what the way back would need; not every kind has it.</summary>
    Cleanup,
}
