using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The order in which PD members are upgraded: the leader last. Pure.</summary>
internal static class PdOrder
{
    /// <summary>The members in the order of the spec, the leader last.</summary>
    public static IReadOnlyList<DatabaseInstance> Of(DatabaseRollingUpgradeSpec spec, string? leader) =>
        [.. spec.Of(DatabaseComponent.PD).OrderBy(i => i.Name == leader)];

    /// <summary>Whether the leader changes the order of the spec.</summary>
    public static bool Leads(DatabaseRollingUpgradeSpec spec, string? leader) =>
        leader is not null && spec.Of(DatabaseComponent.PD).LastOrDefault()?.Name != leader;

    /// <summary>The member that a plan upgrades last.</summary>
    /// <exception cref="KeyNotFoundException">The plan upgrades none.</exception>
    public static DatabaseInstance Last(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        var members = spec.Of(DatabaseComponent.PD).ToList();
        return members.MaxBy(m => plan.Steps.FindIndex(s => s.Id == TiDbStepIds.Swap(m)))
            ?? throw new KeyNotFoundException("spec.instances lists no PD any more.");
    }
}
