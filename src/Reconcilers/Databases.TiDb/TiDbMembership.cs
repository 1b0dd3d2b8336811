namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What a TiDB cluster knows of an instance: members of PD, stores, registered servers, pumps and
/// drainers. Changes nothing.</summary>
internal sealed class TiDbMembership(ITiDbTargets targets)
{
    private DatabaseRollingUpgradeSpec Spec => targets.Spec();

    public async Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var at = Spec.Service(instance);
        switch (instance.Component)
        {
            case DatabaseComponent.PD:
                return (await targets.Pd().MembersAsync(cancellationToken)).At(at) is { } member
                    ? $"PD still lists the member {member.Name} ({at}). Run `pd-ctl member delete name {member.Name}`; "
                        + "the upgrade then continues automatically."
                    : null;
            case DatabaseComponent.TiKV:
                return (await targets.Pd().StoresAsync(cancellationToken))
                    .FirstOrDefault(s => at.IsAddress(s.Address) && !s.IsTombstone) is { } store
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"PD still lists store {store.Id} ({at}) as {store.State}, expected Tombstone. Run "
                        + $"`pd-ctl store delete {store.Id}` and wait until its Regions have moved; the upgrade then "
                        + $"continues automatically.")
                    : null;
            case DatabaseComponent.TiDB:
                return (await ServersAsync(cancellationToken)).Any(s => at.IsAddress(s.Address))
                    ? $"/info/all still lists the TiDB server {at}. It disappears after its lease of about 1 minute "
                        + "once the process has ended."
                    : null;
            default:
                return (await NodesAsync(instance, cancellationToken))
                    .FirstOrDefault(n => at.IsAddress(n.Address) && !n.IsOffline) is { } node
                    ? $"{instance.Component} {node.NodeId} ({at}) is still registered as {node.State}, expected "
                        + $"offline. Run `binlogctl -cmd update-{instance.Component.ToString().ToLowerInvariant()} "
                        + $"-node-id {node.NodeId} -state offline`."
                    : null;
        }
    }

    public async Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var at = Spec.Service(instance);
        switch (instance.Component)
        {
            case DatabaseComponent.PD:
                return (await targets.Pd().MembersAsync(cancellationToken)).At(at) is null
                    ? $"PD has no member at {at}. Let it join the cluster, or correct host and port."
                    : await targets.Pd().IsHealthyAsync(at, cancellationToken)
                        ? null
                        : $"PD member {at} does not report that it is healthy. Repair it.";
            case DatabaseComponent.TiKV:
                var store = (await targets.Pd().StoresAsync(cancellationToken))
                    .FirstOrDefault(s => at.IsAddress(s.Address) && !s.IsTombstone);
                return store is null ? $"PD has no store at {at}. Let it join the cluster, or correct host and port."
                    : !store.IsUp ? $"Store {at} is {store.State}, expected Up. Repair it."
                    : OtherVersion(at, store.Version);
            case DatabaseComponent.TiDB:
                var server = (await ServersAsync(cancellationToken)).FirstOrDefault(s => at.IsAddress(s.Address));
                return server is null
                    ? $"/info/all lists no TiDB server {at}. Start it, or correct host and port."
                    : OtherVersion(at, server.Version);
            default:
                return (await NodesAsync(instance, cancellationToken)).Any(n => at.IsAddress(n.Address) && n.IsOnline)
                    ? null
                    : $"no {instance.Component} is registered as online at {at}. Start it, or correct host and port.";
        }
    }

    private string? OtherVersion(Endpoint at, string version) => TiDbVersion.Same(version, Spec.ToVersion)
        ? null
        : $"{at} runs version {version}, expected {Spec.ToVersion} (spec.toVersion). Install that version there.";

    private async Task<IReadOnlyList<TidbServerInfo>> ServersAsync(CancellationToken cancellationToken) =>
        Spec.Of(DatabaseComponent.TiDB).FirstOrDefault() is { } server
            ? (await targets.Tidb().AllAsync(Spec.Status(server), cancellationToken)).Servers
            : [];

    // Null: the servers know no binlog.
    private async Task<IReadOnlyList<BinlogNode>> NodesAsync(
        DatabaseInstance instance, CancellationToken cancellationToken) =>
        (instance.Component == DatabaseComponent.Drainer
            ? await targets.Sql.DrainersAsync(cancellationToken)
            : await targets.Sql.PumpsAsync(cancellationToken)) ?? [];
}
