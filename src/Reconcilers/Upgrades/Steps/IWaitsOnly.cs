namespace Drydock.Reconcilers.Upgrades;

/// <summary>Marks an action that only waits or reads, so that abandoning it half way leaves nothing half
/// done.</summary>
internal interface IWaitsOnly;

/// <summary>Tells which actions of a kind only wait.</summary>
/// <typeparam name="TTargets">The targets of the kind; its actions are in the same assembly.</typeparam>
internal static class WaitingActions<TTargets>
{
    private static readonly HashSet<string> Names = typeof(TTargets).Assembly.GetTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IWaitsOnly)))
        .Select(t => t.Name)
        .ToHashSet(StringComparer.Ordinal);

    public static bool Contains(PlanStep step) => Names.Contains(step.Action);
}
