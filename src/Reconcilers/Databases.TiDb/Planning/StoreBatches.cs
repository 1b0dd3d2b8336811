namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Which TiKVs are stopped side by side: those of one zone, at most spec.tidb.maxUnavailablePerZone of them. A
/// zone is a value of the outermost location label of PD that has at least as many values as a Region has replicas: PD
/// then keeps the replicas of a Region in different zones. <see cref="StopGate"/> proves it for every Region before a
/// stop. Pure.</summary>
internal sealed class StoreBatches
{
    private StoreBatches(IReadOnlyList<IReadOnlyList<DatabaseInstance>> batches, string? note) =>
        (Batches, Note) = (batches, note);

    /// <summary>The batches in their order; without zones, each TiKV in the order of the spec.</summary>
    public IReadOnlyList<IReadOnlyList<DatabaseInstance>> Batches { get; }

    public string? Note { get; }

    public static StoreBatches Of(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
    {
        var stores = spec.Of(DatabaseComponent.TiKV).ToList();
        var most = (spec.Tidb ?? new TiDbSpec()).MaxUnavailablePerZone;
        var ofStores = discovery.Instances.Where(i => i.Component == DatabaseComponent.TiKV)
            .ToDictionary(i => i.Name, i => i.Labels, StringComparer.Ordinal);
        if (most == 1 || stores.Count == 0)
        {
            return new StoreBatches(ZoneBatches.OneByOne(stores), note: null);
        }

        if (discovery.LocationLabels.FirstOrDefault(IsZone) is not { } label)
        {
            return new StoreBatches(
                ZoneBatches.OneByOne(stores),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"TiKVs are stopped one at a time, although spec.tidb.maxUnavailablePerZone is {most}: no location "
                    + $"label of PD ({string.Join(", ", discovery.LocationLabels)}) gives every store a zone and has "
                    + $"at least {discovery.MaxReplicas} zones, one for each replica of a Region."));
        }

        var zones = ZoneBatches.Of(stores, s => Zone(s, label)!, most);
        return new StoreBatches(
            zones.Batches,
            $"TiKVs of one zone (label {label}) are stopped side by side, at most "
            + $"{most.ToString(CultureInfo.InvariantCulture)} of them: {zones.Members}. Before "
            + "each stop, all Regions are read from PD: none may lose its quorum if all of them are down.");

        bool IsZone(string name) => ZoneBatches.Suits([.. stores.Select(s => Zone(s, name))], discovery.MaxReplicas);

        string? Zone(DatabaseInstance store, string name) =>
            ofStores.GetValueOrDefault(store.Name)?.GetValueOrDefault(name);
    }
}
