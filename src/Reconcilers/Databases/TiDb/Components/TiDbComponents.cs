using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The components of a TiDB cluster in the order in which they are upgraded
/// (docs/project/research/tidb.md#procedure).</summary>
internal static class TiDbComponents
{
    // The vendor promises no rollback from the first PD on (docs/project/research/tidb.md#procedure).
    public static TiDbComponent Pd { get; } = new(DatabaseComponent.PD, Phases.UpgradePD)
    {
        Drain = _ => new DrainPd(),
        Verify = (_, _) => new VerifyPd(),
        PointOfNoReturn = PointOfNoReturn.First,
        IsDrainedAfterSettle = true,
        PastNote = (id, _) => $"NO ROLLBACK from {id} on: the vendor promises none once the first PD is upgraded. To "
            + $"stop before it, set holdBefore: [{Phases.UpgradePD}].",
    };

    // With the last one the cluster raises its version and accepts no older TiKV any more
    // (docs/project/research/tidb.md#pd). Any of the last batch may be the last one.
    public static TiDbComponent Tikv { get; } = new(DatabaseComponent.TiKV, Phases.UpgradeTiKV)
    {
        Batches = (spec, found) => StoreBatches.Of(spec, found).Batches,
        Drain = store => new DrainTikv(store!.Value),
        Verify = (store, _) => new VerifyTikv(store!.Value),
        PointOfNoReturn = PointOfNoReturn.Last,
        PastNote = (id, spec) => $"Technical limit: with {id}, the last TiKV, the cluster raises its version to "
            + $"{spec.ToVersion} and accepts no older TiKV any more. To stop before it, add its id to holdBefore.",
    };

    public static TiDbComponent Pump { get; } = new(DatabaseComponent.Pump, Phases.UpgradePump)
    {
        Drain = _ => new DrainPump(),
        Verify = (_, _) => new VerifyPump(),
    };

    // The first one upgrades the system tables (docs/project/research/tidb.md#tidb-server), so nothing rolls beside it.
    // It serves while the others do: all of them are never stopped at once.
    public static TiDbComponent Tidb { get; } = new(DatabaseComponent.TiDB, Phases.UpgradeTiDB)
    {
        Batches = (spec, _) =>
        [
            .. spec.Of(DatabaseComponent.TiDB).Take(1).Chunk(1),
            .. spec.Of(DatabaseComponent.TiDB).Skip(1).Chunk((spec.Tidb ?? new TiDbSpec()).MaxUnavailableServers),
        ],
        Drain = _ => new DrainTidb(),
        Verify = (_, bootstrapBefore) => new VerifyTidb(bootstrapBefore),
        PointOfNoReturn = PointOfNoReturn.First,
        PastNote = (id, _) => $"Technical limit: {id} starts the first new TiDB server, which upgrades the system "
            + "tables. To stop before it, add its id to holdBefore.",
    };

    // Not part of tidb-ansible's rolling update (docs/project/research/tidb.md#pump-and-drainer).
    public static TiDbComponent Drainer { get; } = new(DatabaseComponent.Drainer, Phases.UpgradeDrainer)
    {
        Drain = _ => new DrainDrainer(),
        Verify = (_, _) => new VerifyDrainer(),
    };

    public static IReadOnlyList<TiDbComponent> All { get; } = [Pd, Tikv, Pump, Tidb, Drainer];
}

/// <summary>How the instances of one component are upgraded: each is drained, swapped and verified.</summary>
internal sealed record TiDbComponent(DatabaseComponent Component, string Phase)
{
    /// <summary>The instances in their order; those of one batch are stopped side by side.</summary>
    public Func<DatabaseRollingUpgradeSpec, TiDbDiscovery, IReadOnlyList<IReadOnlyList<DatabaseInstance>>> Batches
    {
        get => field ?? ((spec, _) => ZoneBatches.OneByOne(spec.Of(Component)));
        init;
    }

    /// <summary>The drain of an instance, by its store (null if it is no TiKV).</summary>
    public required Func<ulong?, TiDbStep> Drain { get; init; }

    /// <summary>The verification of an instance, by its store, and for the first instance the version of the system
    /// tables before the upgrade.</summary>
    public required Func<ulong?, long?, TiDbStep> Verify { get; init; }

    public PointOfNoReturn PointOfNoReturn { get; init; }

    /// <summary>Whether an instance is drained only when the one before it has settled: leadership must not move to a
    /// member that has just started.</summary>
    public bool IsDrainedAfterSettle { get; init; }

    /// <summary>What the point of no return means, by the id of its step.</summary>
    public Func<string, DatabaseRollingUpgradeSpec, string>? PastNote { get; init; }

    /// <summary>The id of a step of an instance.</summary>
    public string IdOf(DatabaseInstance instance, string verb) => $"{Phase}/{instance.Name}/{verb}";
}

/// <summary>Which batch of a component is a point of no return.</summary>
internal enum PointOfNoReturn
{
    None,
    First,
    Last,
}

/// <summary>Which TiKVs are stopped side by side: those of one zone, at most spec.tidb.maxUnavailablePerZone of them. A
/// zone is a value of the outermost location label of PD that has at least as many values as a Region has replicas: PD
/// then keeps the replicas of a Region in different zones. <see cref="StopGate"/> proves it for every Region before a
/// stop. Pure.</summary>
internal static class StoreBatches
{
    public static ZoneBatches Of(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
    {
        var stores = spec.Of(DatabaseComponent.TiKV).ToList();
        var most = (spec.Tidb ?? new TiDbSpec()).MaxUnavailablePerZone;
        var ofStores = discovery.Instances.Where(i => i.Component == DatabaseComponent.TiKV)
            .ToDictionary(i => i.Name, i => i.Labels, StringComparer.Ordinal);
        var label = discovery.LocationLabels.FirstOrDefault(IsZone);
        return ZoneBatches.Of(
            stores, most,
            label is null
                ? $"TiKVs are stopped one at a time, although spec.tidb.maxUnavailablePerZone is {most}: no location "
                    + $"label of PD ({string.Join(", ", discovery.LocationLabels)}) gives every store a zone and has "
                    + $"at least {discovery.MaxReplicas} zones, one for each replica of a Region."
                : null,
            store => Zone(store, label!),
            members => $"TiKVs of one zone (label {label}) are stopped side by side, at most {most} of them: "
                + $"{members}. Before each stop, all Regions are read from PD: none may lose its quorum if all of them "
                + "are down.");

        bool IsZone(string name) => ZoneBatches.Suits([.. stores.Select(s => Zone(s, name))], discovery.MaxReplicas);

        string? Zone(DatabaseInstance store, string name) =>
            ofStores.GetValueOrDefault(store.Name)?.GetValueOrDefault(name);
    }
}
