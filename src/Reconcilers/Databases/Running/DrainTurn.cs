namespace Drydock.Reconcilers.Databases;

/// <summary>An instance is drained while the former one settles. If spec.settle is longer than spec.drain.idleLimit,
/// the drain begins only when that limit is left, so that leaders do not stay away for the whole time. Pure.</summary>
internal static class DrainTurn
{
    public static DateTimeOffset? Replaced(StepContext context, Func<PlanStep, bool> isSwap) =>
        context.Step.After.Select(id => context.Plan.Step(id)).OfType<PlanStep>().Where(isSwap).Max(s => s.FinishedAt);

    public static string? Early(DatabaseRollingUpgradeSpec spec, DateTimeOffset? replaced, DateTimeOffset now) =>
        replaced is { } at && now - at < KubernetesDuration.Parse(spec.Settle) - spec.Drain.LongestIdle()
            ? $"The former instance settles for {spec.Settle} (spec.settle). The drain begins when "
                + $"{spec.Drain.IdleLimit} (spec.drain.idleLimit) of it are left."
            : null;
}
