namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>Which of an upgrade's plans is meant.</summary>
internal enum PlanSlot
{
    /// <summary>The way there: status.plan.</summary>
    Upgrade,

    /// <summary>The way back: status.rollbackPlan.</summary>
    Rollback,

    /// <summary>The removal of old containers: status.cleanupPlan.</summary>
    Cleanup,
}
