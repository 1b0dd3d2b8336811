using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>T1, T2 and T3, as the steps recorded them. Pure.</summary>
internal static class UpgradeTimestamps
{
    /// <summary>The times; null before T1.</summary>
    public static UpgradeTimes? Of(OmsUpgradeStatus status)
    {
        if (status.Plan is not { } plan)
        {
            return null;
        }

        var stopped = OmsPlanProgress.Stops(plan)
            .Select(s => PlanProgress.Fact(s, StopContainer.FinishedAtFact))
            .OfType<DateTimeOffset>()
            .ToList();
        if (stopped.Count == 0)
        {
            return null;
        }

        var t1 = stopped.Min();
        var t2 = plan.Step(StepIds.EnableHA) is { State: StepState.Succeeded } enable ? EnabledAt(enable) : null;
        return new UpgradeTimes
        {
            T1 = t1,
            T2 = t2,
            T3 = T3(status.RollbackPlan),
            RolledBackAt = RolledBackAt(status.RollbackPlan),
            Downtime = t2 is null ? null : KubernetesDuration.Format(t2.Value - t1),
        };
    }

    private static DateTimeOffset? EnabledAt(PlanStep? step) =>
        step is null ? null : PlanProgress.Fact(step, EnableHighAvailability.EnabledAtFact);

    // The last stop, once all new containers are stopped.
    private static DateTimeOffset? T3(Plan? back)
    {
        var stops = (back?.Steps ?? []).Where(s => s.Phase == OmsUpgradePhases.StopNew).ToList();
        return stops.TrueForAll(s => s.State == StepState.Succeeded)
            ? stops.Select(s => PlanProgress.Fact(s, StopContainer.FinishedAtFact)).Max()
            : null;
    }

    private static DateTimeOffset? RolledBackAt(Plan? back) => back is null || !PlanProgress.Done(back)
        ? null
        : EnabledAt(back.Step(RollbackIds.RestoreHA)) ?? back.Steps.Select(s => s.FinishedAt).Max();
}
