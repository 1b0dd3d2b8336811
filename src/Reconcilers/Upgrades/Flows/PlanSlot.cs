namespace Drydock.Reconcilers.Upgrades;

internal enum PlanSlot
{
    Upgrade,

    Rollback,

    /// <summary>The removal, after success, of the items that the rollback would need; not every kind has it.</summary>
    Cleanup,
}
