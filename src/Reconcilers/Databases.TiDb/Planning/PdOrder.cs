namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The order in which PD members are upgraded: the leader last. Pure.</summary>
internal static class PdOrder
{
    public static IReadOnlyList<DatabaseInstance> Of(DatabaseRollingUpgradeSpec spec, string? leader) =>
        [.. spec.Of(DatabaseComponent.PD).OrderBy(i => i.Name == leader)];

    public static bool Leads(DatabaseRollingUpgradeSpec spec, string? leader) =>
        leader is not null && spec.Of(DatabaseComponent.PD).LastOrDefault()?.Name != leader;

    public static DatabaseInstance Last(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        var members = spec.Of(DatabaseComponent.PD).ToList();
        return members.MaxBy(m => plan.Steps.FindIndex(s => s.Id == TiDbStepIds.Swap(m)))
            ?? throw new KeyNotFoundException("spec.instances lists no PD any more.");
    }
}
