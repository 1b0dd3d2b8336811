namespace Drydock.Reconcilers.Oms;

/// <summary>T1, T2 and T3, as the steps recorded them, and what follows for the downtime. Pure.</summary>
internal static class UpgradeTimestamps
{
    public static UpgradeTimes? Of(OmsUpgradeStatus status)
    {
        if (status.Plan is not { } plan || FirstStop(OmsPlanProgress.Stops(plan)) is not { } t1)
        {
            return null;
        }

        var times = new UpgradeTimes
        {
            T1 = t1,
            T2 = plan.First(OmsUpgradePhases.EnableHA) is { State: StepState.Succeeded } enable ? EnabledAt(enable) : null,
            T3 = T3(status.RollbackPlan),
            RolledBackAt = RolledBackAt(status.RollbackPlan),
        };
        return times with { Downtime = Downtime(times, plan, status.RollbackPlan) };
    }

    public static DateTimeOffset? DownSince(OmsUpgradeStatus status)
    {
        if (status is not { Plan: { } plan, Times: { T1: { } t1, RolledBackAt: null } times })
        {
            return null;
        }

        return UpAgainAt(times, plan) is null ? t1 : StoppedAgainAt(status.RollbackPlan);
    }

    // One outage, or two if the upgrade had succeeded and was rolled back.
    private static string? Downtime(UpgradeTimes times, Plan plan, Plan? back)
    {
        var (up, again) = (UpAgainAt(times, plan), StoppedAgainAt(back));
        if ((up is null || again is not null) && times.RolledBackAt is null)
        {
            return null;
        }

        var total = (up ?? times.RolledBackAt!.Value) - times.T1!.Value;
        total = up is not null && again is { } stopped ? total + (times.RolledBackAt!.Value - stopped) : total;

        // Times of two clocks: not known rather than wrong.
        return total < TimeSpan.Zero ? null : KubernetesDuration.Format(total);
    }

    // Without a switch of high availability the new version counts as up once everything is verified.
    private static DateTimeOffset? UpAgainAt(UpgradeTimes times, Plan plan)
    {
        if (times.T2 is not null || plan.First(OmsUpgradePhases.EnableHA) is { State: not StepState.Succeeded })
        {
            return times.T2;
        }

        var verified = plan.Steps.FindAll(s => s.Phase == OmsUpgradePhases.Verify);
        return verified.TrueForAll(s => s.State == StepState.Succeeded) ? verified.Max(s => s.FinishedAt) : null;
    }

    private static DateTimeOffset? StoppedAgainAt(Plan? back) =>
        FirstStop((back?.Steps ?? []).Where(s => s.Phase == OmsUpgradePhases.StopNew));

    private static DateTimeOffset? FirstStop(IEnumerable<PlanStep> stops) =>
        stops.Select(s => PlanProgress.Fact(s, StopContainer.FinishedAtFact)).Min();

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
        : EnabledAt(back.First(OmsUpgradePhases.RestoreHA)) ?? back.Steps.Select(s => s.FinishedAt).Max();
}
