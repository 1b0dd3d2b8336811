namespace Drydock.Reconcilers.Upgrades;

/// <summary>Finds the plans in a status of one kind. Pure.</summary>
/// <param name="cleanup">The cleanup of the kind; null if it has none.</param>
internal sealed class PlanSlots(IRunCleanup? cleanup)
{
    public PlanSlot Active(RunStatus status) =>
        cleanup?.PlanOf(status) is { } removal && !PlanProgress.Done(removal) ? PlanSlot.Cleanup
        : status.RollbackPlan is not null ? PlanSlot.Rollback
        : PlanSlot.Upgrade;

    public Plan? Of(RunStatus status, PlanSlot slot) => slot switch
    {
        PlanSlot.Upgrade => status.Plan,
        PlanSlot.Rollback => status.RollbackPlan,
        _ => cleanup?.PlanOf(status),
    };

    public IEnumerable<Plan> All(RunStatus status) =>
        Enum.GetValues<PlanSlot>().Select(slot => Of(status, slot)).OfType<Plan>();

    public RunStatus With(RunStatus status, PlanSlot slot, Plan? plan) => slot switch
    {
        PlanSlot.Upgrade => status with { Plan = plan },
        PlanSlot.Rollback => status with { RollbackPlan = plan },
        _ => cleanup?.WithPlan(status, plan) ?? status,
    };
}

/// <summary>Which of a run's plans is meant.</summary>
internal enum PlanSlot
{
    Upgrade,

    Rollback,

    /// <summary>The removal, after success, of the items that the rollback would need; not every kind has it.</summary>
    Cleanup,
}
