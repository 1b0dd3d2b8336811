using Drydock.Crds;

namespace Drydock.Reconcilers.Databases;

/// <summary>Whether the database is up, as the steps show it. Pure.</summary>
internal static class DatabaseSystem
{
    public static (SystemState State, DateTimeOffset? Since) Of(
        StepRegistry steps, DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        var swaps = Swaps(status.Plan!);
        var begun = swaps.Where(s => s.HasEverBegun).ToList();
        var back = status.RollbackPlan is { } rollback ? Swaps(rollback) : [];
        var all = back.Count > 0 ? back : swaps;
        return begun.Count == 0 ? (SystemState.Up, null)
            : all.TrueForAll(s => s.State == StepState.Succeeded) ? (SystemState.Up, all.Max(s => s.FinishedAt))
            : all.Find(IsOutage) is { } outage ? (SystemState.Down, outage.StartedAt)
            : (SystemState.Rolling, begun.Min(s => s.StartedAt));

        // The steps that stop a process for another version.
        List<Step> Swaps(PlanProgress plan) =>
            [.. plan.Steps.Where(s => steps.Of(s).Has(Effect.EndsUndo, s.Phase))];

        // The only process of its component is being replaced.
        bool IsOutage(Step step) => step.HasEverBegun
            && step.State != StepState.Succeeded
            && status.Instances.Find(i => i.Name == steps.InstanceOf(status.RollbackPlan ?? status.Plan!, step))
                is { } instance
            && status.Instances.Count(i => i.Component == instance.Component) == 1;
    }
}

/// <summary>What an administrator agrees to who lets processes be replaced.</summary>
internal static class SwapConsent
{
    public const string OneByOne = "Processes are stopped and started with the other version, one by one.";

    public static string Of(bool isOutage, string what) => isOutage
        ? $"The database is down while a {what} starts again, because there are fewer than three."
        : OneByOne;
}
