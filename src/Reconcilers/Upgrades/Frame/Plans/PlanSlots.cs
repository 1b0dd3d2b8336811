using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Finds the plans in a status of one kind. Pure.</summary>
/// <typeparam name="TSpec">What users of the kind write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="cleanup">How the kind cleans up; null if it does not.</param>
internal sealed class PlanSlots<TSpec, TStatus>(IRunCleanup<TSpec, TStatus>? cleanup)
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    /// <summary>The plan that runs, or ran last.</summary>
    public PlanSlot Active(TStatus status) =>
        cleanup?.PlanOf(status) is { } removal && !PlanProgress.Done(removal) ? PlanSlot.Cleanup
        : status.RollbackPlan is not null ? PlanSlot.Rollback
        : PlanSlot.Upgrade;

    /// <summary>The plan in a slot.</summary>
    public Plan? Of(TStatus status, PlanSlot slot) => slot switch
    {
        PlanSlot.Upgrade => status.Plan,
        PlanSlot.Rollback => status.RollbackPlan,
        _ => cleanup?.PlanOf(status),
    };

    /// <summary>All that are there.</summary>
    public IEnumerable<Plan> All(TStatus status) =>
        Enum.GetValues<PlanSlot>().Select(slot => Of(status, slot)).OfType<Plan>();

    /// <summary>The status with a plan in a slot.</summary>
    public TStatus With(TStatus status, PlanSlot slot, Plan? plan) => slot switch
    {
        PlanSlot.Upgrade => status with { Plan = plan },
        PlanSlot.Rollback => status with { RollbackPlan = plan },
        _ => cleanup?.WithPlan(status, plan) ?? status,
    };
}
