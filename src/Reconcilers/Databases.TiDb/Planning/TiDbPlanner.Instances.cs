using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>The processes of the cluster, one after the other.</content>
internal sealed partial class TiDbPlanner
{
    private void UpgradePd()
    {
        var priorities = string.Join(',', _discovery.LeaderPriorities.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value}")));
        if (priorities.Length > 0)
        {
            Next(Step(TiDbStepIds.ClearPriority, TiDbActions.SetLeaderPriorities, null, "leader_priority of PD taken away for the roll", ("priorities", priorities), ("clear", "true")));
        }

        // No way back is promised from the first PD on (docs/research/tidb.md#procedure).
        var first = true;
        foreach (var instance in _spec.Of(DatabaseComponent.PD))
        {
            Instance(instance, TiDbActions.DrainPd, TiDbActions.VerifyPd, isPointOfNoReturn: first);
            first = false;
        }

        if (priorities.Length > 0)
        {
            Next(Step(TiDbStepIds.RestorePriority, TiDbActions.SetLeaderPriorities, null, "leader_priority of PD as before", ("priorities", priorities)));
        }

        Next(Step(TiDbStepIds.LimitMergingEarly, TiDbActions.LimitMerging, null, "limit merging, if the new PD has begun to merge", ("limit", Number(_tidb.MergeScheduleLimit)), ("before", _discovery.ScheduleLimits)));
    }

    private void UpgradeTikv()
    {
        var stores = _spec.Of(DatabaseComponent.TiKV).ToList();
        foreach (var instance in stores)
        {
            // With the last one the cluster raises its version and takes no older TiKV any more
            // (docs/research/tidb.md#pd).
            var store = Discovered(instance).Store?.ToString(CultureInfo.InvariantCulture) ?? "";
            Instance(instance, TiDbActions.DrainTikv, TiDbActions.VerifyTikv, isPointOfNoReturn: ReferenceEquals(instance, stores[^1]), drain: [("store", store)]);
        }

        if (stores.Count > 0)
        {
            Next(Step(TiDbStepIds.ClusterVersion, TiDbActions.AwaitClusterVersion, null, $"the cluster is at version {_spec.ToVersion}"));
        }
    }

    private void UpgradePumps()
    {
        foreach (var instance in _spec.Of(DatabaseComponent.Pump))
        {
            Instance(instance, TiDbActions.DrainPump, TiDbActions.VerifyPump);
        }
    }

    private void UpgradeTidb()
    {
        var servers = _spec.Of(DatabaseComponent.TiDB).ToList();
        foreach (var instance in servers)
        {
            // The first one upgrades the system tables (docs/research/tidb.md#tidb-server).
            var isFirst = ReferenceEquals(instance, servers[0]);
            Instance(
                instance,
                TiDbActions.DrainTidb,
                TiDbActions.VerifyTidb,
                isPointOfNoReturn: isFirst,
                verify: isFirst && _discovery.BootstrapVersion is { } bootstrap ? [("bootstrapBefore", Number(bootstrap))] : []);
        }

        if (servers.Count > 0)
        {
            Next(Step(TiDbStepIds.Consistent, TiDbActions.AwaitConsistentServers, null, "all TiDB servers are of one version"));
        }
    }

    private void UpgradeDrainers()
    {
        foreach (var instance in _spec.Of(DatabaseComponent.Drainer))
        {
            Instance(instance, TiDbActions.DrainDrainer, TiDbActions.VerifyDrainer);
        }
    }

    private void Instance(
        DatabaseInstance instance,
        string drainAction,
        string verifyAction,
        bool isPointOfNoReturn = false,
        (string Name, string Value)[]? drain = null,
        (string Name, string Value)[]? verify = null)
    {
        Next(Step(TiDbStepIds.Drain(instance), drainAction, instance.Name, $"drain {instance.Name}", drain ?? []));
        _isFinal |= isPointOfNoReturn;
        Next(Step(TiDbStepIds.Swap(instance), TiDbActions.SwapInstance, instance.Name, $"swap {instance.Name}") with { PointOfNoReturn = isPointOfNoReturn });
        Next(Step(TiDbStepIds.Verify(instance), verifyAction, instance.Name, $"verify {instance.Name}", verify ?? []));
    }
}
