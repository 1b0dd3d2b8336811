using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Finds the plans in a status of one kind. Pure.</summary>
/// <param name="cleanup">The cleanup of the kind; null if it has none.</param>
internal sealed class PlanSlots(IRunCleanup? cleanup)
{
    /// <summary>The plan that runs, or ran last.</summary>
    public PlanSlot Active(RunStatus status) =>
        cleanup?.PlanOf(status) is { } removal && !PlanProgress.Done(removal) ? PlanSlot.Cleanup
        : status.RollbackPlan is not null ? PlanSlot.Rollback
        : PlanSlot.Upgrade;

    /// <summary>The plan in a slot.</summary>
    public Plan? Of(RunStatus status, PlanSlot slot) => slot switch
    {
        PlanSlot.Upgrade => status.Plan,
        PlanSlot.Rollback => status.RollbackPlan,
        _ => cleanup?.PlanOf(status),
    };

    /// <summary>All plans that exist.</summary>
    public IEnumerable<Plan> All(RunStatus status) =>
        Enum.GetValues<PlanSlot>().Select(slot => Of(status, slot)).OfType<Plan>();

    /// <summary>The status with a plan in a slot.</summary>
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
    /// <summary>The upgrade: status.plan.</summary>
    Upgrade,

    /// <summary>The rollback: status.rollbackPlan.</summary>
    Rollback,

    /// <summary>The removal, after success, of the items that the rollback would need; not every kind has it.</summary>
    Cleanup,
}
