using Drydock.Crds;

namespace Drydock.Reconcilers.Databases;

/// <summary>Whether the database is up, as the steps show it. Pure.</summary>
internal static class DatabaseSystem
{
    public static (SystemState State, DateTimeOffset? Since) Of(
        StepRegistry steps, DatabaseRollingUpgradeStatus status)
    {
        var swaps = Swaps(status.Plan!);
        var back = status.RollbackPlan is { } rollback ? Swaps(rollback) : [];
        var begun = swaps.Concat(back).Where(s => s.HasEverBegun).ToList();
        return begun.Count == 0 ? (SystemState.Up, null)
            : Outage() is { } outage ? (SystemState.Down, outage.StartedAt)
            : (back.Count > 0 ? back : swaps) is var all && all.TrueForAll(s => s.State == StepState.Succeeded)
                ? (SystemState.Up, all.Max(s => s.FinishedAt))
            : (SystemState.Rolling, begun.Min(s => s.StartedAt));

        // The steps that stop a process for another version.
        List<Step> Swaps(PlanProgress plan) =>
            [.. plan.Steps.Where(s => steps.Of(s).Has(Effect.EndsUndo, s.Phase))];

        // A process is stopped of which there are too few: what was done with it last has not ended.
        Step? Outage() => begun.GroupBy(InstanceOf, StringComparer.Ordinal)
            .Where(of => status.Instances.Find(i => i.Name == of.Key) is { } instance
                && status.Instances.Count(i => i.Component == instance.Component) < Fewest(instance.Component))
            .Select(of => of.MaxBy(s => s.StartedAt)!)
            .FirstOrDefault(s => s.State != StepState.Succeeded);

        string? InstanceOf(Step step) =>
            steps.InstanceOf(back.Contains(step) ? status.RollbackPlan! : status.Plan!, step);
    }

    // Of so many at least one may be stopped. Without a drainer users can work.
    private static int Fewest(DatabaseComponent component) => component switch
    {
        DatabaseComponent.Drainer => 0,
        DatabaseComponent.TiDB or DatabaseComponent.Pump => 2,
        _ => 3,
    };
}

/// <summary>What an administrator agrees to who lets processes be replaced.</summary>
internal static class SwapConsent
{
    public static ConsentLine OneByOne { get; } = new(
        ConsentWeight.Down, "Processes are stopped and started with the other version, one by one.")
    {
        LastsStep = true,
    };

    public static ConsentLine Of(bool isOutage, string what) => isOutage
        ? new(
            ConsentWeight.Down,
            $"The database is down while a {what} starts again, because there are fewer than three.")
        {
            LastsStep = true,
        }
        : OneByOne;
}
