using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Planning;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>Finds the plan that runs, and where an upgrade stands between its plans. Pure.</summary>
internal static class PlanSlots
{
    // Attempts of one plan stay far below; a gap keeps the names of two plans apart.
    private const int AttemptsOfAPlan = 100;

    /// <summary>The plan that runs, or ran last.</summary>
    public static PlanSlot Active(OmsUpgradeStatus status) => status switch
    {
        { CleanupPlan: { } cleanup } when !DoneWork.Done(cleanup) => PlanSlot.Cleanup,
        { RollbackPlan: not null } => PlanSlot.Rollback,
        _ => PlanSlot.Upgrade,
    };

    /// <summary>The plan in a slot.</summary>
    public static Plan? Plan(this OmsUpgradeStatus status, PlanSlot slot) => slot switch
    {
        PlanSlot.Upgrade => status.Plan,
        PlanSlot.Rollback => status.RollbackPlan,
        _ => status.CleanupPlan,
    };

    /// <summary>The status with a plan in a slot.</summary>
    public static OmsUpgradeStatus With(this OmsUpgradeStatus status, PlanSlot slot, Plan plan) => slot switch
    {
        PlanSlot.Upgrade => status with { Plan = plan },
        PlanSlot.Rollback => status with { RollbackPlan = plan },
        _ => status with { CleanupPlan = plan },
    };

    /// <summary>The upgrade is done and nothing of it was taken back: the new version is what runs.</summary>
    public static bool UpgradeStands(this OmsUpgradeStatus status) =>
        status.Plan is { Steps.Count: > 0 } plan && DoneWork.Done(plan) && (status.RollbackPlan is null || !(DoneWork.Begun(status.RollbackPlan) || DoneWork.Done(status.RollbackPlan)));

    /// <summary>The way back was taken to its end.</summary>
    public static bool WentBack(this OmsUpgradeStatus status) => status.RollbackPlan is { } plan && DoneWork.Done(plan);

    /// <summary>What attempts of a plan that is compiled now are counted on from.</summary>
    public static int AttemptsBefore(OmsUpgradeStatus? status) => (status?.Attempts.LastOrDefault()?.Number ?? 0) * AttemptsOfAPlan;
}
