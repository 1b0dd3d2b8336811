namespace Drydock.Reconcilers.Upgrades;

/// <summary>Finds the plans in a status of one kind. Pure.</summary>
internal sealed class PlanSlots(IRunCleanup? cleanup)
{
    public PlanSlot Active(RunStatus status) =>
        cleanup?.PlanOf(status) is { } removal && !removal.IsDone ? PlanSlot.Cleanup
        : status.RollbackPlan is not null ? PlanSlot.Rollback
        : PlanSlot.Upgrade;

    /// <summary>The plan that a retry is for. Without one, what stands for it: the retry is then bound to the abort, if
    /// there was one, and to the retries before it.</summary>
    public PlanProgress Retried(RunStatus status)
    {
        if (Of(status, Active(status)) is { } plan)
        {
            return plan;
        }

        var none = PlanHash.Compute([], [], [status.AbortedBy ?? ""]);
        var used = status.UsedTokens.Select(u => Word.Parse(u.Token)).Where(word => word?.IsOf(none) == true);
        return PlanProgress.Of(new Plan { Hash = none, Number = 1 + (used.Max(word => word?.Number) ?? 0) });
    }

    public PlanProgress? Of(RunStatus status, PlanSlot slot) => slot switch
    {
        PlanSlot.Upgrade => status.Plan,
        PlanSlot.Rollback => status.RollbackPlan,
        _ => cleanup?.PlanOf(status),
    };

    public IEnumerable<PlanProgress> All(RunStatus status) =>
        Enum.GetValues<PlanSlot>().Select(slot => Of(status, slot)).OfType<PlanProgress>();

    public RunStatus With(RunStatus status, PlanSlot slot, PlanProgress? plan) => slot switch
    {
        PlanSlot.Upgrade => status with { Plan = plan },
        PlanSlot.Rollback => status with { RollbackPlan = plan },
        _ => cleanup?.WithPlan(status, plan) ?? status,
    };
}
