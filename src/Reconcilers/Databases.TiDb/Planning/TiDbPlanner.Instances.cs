using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>The processes of the cluster, one after the other.</content>
internal sealed partial class TiDbPlanner
{
    private void UpgradePd()
    {
        var priorities = discovery.LeaderPriorities
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        if (priorities.Count > 0)
        {
            Next(
                TiDbStepIds.ClearPriority,
                "Clear leader_priority of PD for the rolling upgrade",
                new SetLeaderPriorities.Args(priorities, Clear: true));
        }

        // The vendor promises no rollback from the first PD on (docs/research/tidb.md#procedure).
        var isFirst = true;
        foreach (var instance in PdOrder.Of(spec, discovery.PdLeader))
        {
            Instance(instance, new DrainPd.Args(), new VerifyPd.Args(), isPointOfNoReturn: isFirst);
            isFirst = false;
        }

        if (priorities.Count > 0)
        {
            Next(
                TiDbStepIds.RestorePriority,
                "Restore leader_priority of PD",
                new SetLeaderPriorities.Args(priorities));
        }

        var limits = discovery.ScheduleLimits;
        Next(
            TiDbStepIds.LimitMergingEarly,
            "Limit merging if the new PD has begun to merge",
            new LimitMerging.Args(
                Merging.First, limits.Count > 0 ? new(limits, StringComparer.Ordinal) : null));
    }

    private void UpgradeTikv()
    {
        var stores = spec.Of(DatabaseComponent.TiKV).ToList();
        if (stores.Count > 0)
        {
            Next(
                TiDbStepIds.HoldScheduling,
                "Stop merging and balancing while TiKVs are upgraded",
                new HoldScheduling.Args(_tidb.DrainLeaderScheduleLimit));
        }

        foreach (var instance in stores)
        {
            // With the last one the cluster raises its version and accepts no older TiKV any more
            // (docs/research/tidb.md#pd).
            var store = Discovered(instance).Store ?? throw new InvalidOperationException(
                $"Preflight reported no store of {instance.Name}; no plan can be made without it.");
            Instance(
                instance,
                new DrainTikv.Args(store),
                new VerifyTikv.Args(store),
                isPointOfNoReturn: ReferenceEquals(instance, stores[^1]),
                store);
        }

        if (stores.Count > 0)
        {
            Next(
                TiDbStepIds.ClusterVersion,
                $"Wait for cluster version {spec.ToVersion}",
                new AwaitClusterVersion.Args());
            Next(
                TiDbStepIds.ReleaseScheduling,
                "Restore the schedule limits",
                new ReleaseScheduling.Args(Merging.First));
        }
    }

    private void UpgradePumps()
    {
        foreach (var instance in spec.Of(DatabaseComponent.Pump))
        {
            Instance(instance, new DrainPump.Args(), new VerifyPump.Args());
        }
    }

    private void UpgradeTidb()
    {
        var servers = spec.Of(DatabaseComponent.TiDB).ToList();
        foreach (var instance in servers)
        {
            // The first one upgrades the system tables (docs/research/tidb.md#tidb-server).
            var isFirst = ReferenceEquals(instance, servers[0]);
            Instance(
                instance,
                new DrainTidb.Args(),
                new VerifyTidb.Args(isFirst ? discovery.BootstrapVersion : null),
                isPointOfNoReturn: isFirst);
        }

        if (servers.Count > 0)
        {
            Next(
                TiDbStepIds.Consistent,
                "Wait until all TiDB servers run the same version",
                new AwaitConsistentServers.Args());
        }
    }

    private void UpgradeDrainers()
    {
        foreach (var instance in spec.Of(DatabaseComponent.Drainer))
        {
            Instance(instance, new DrainDrainer.Args(), new VerifyDrainer.Args());
        }
    }

    // The titles follow from the ids: "Drain tikv-1".
    private void Instance<TDrain, TVerify>(
        DatabaseInstance instance, TDrain drain, TVerify verify, bool isPointOfNoReturn = false, ulong? store = null)
        where TDrain : class
        where TVerify : class
    {
        Next(TiDbStepIds.Drain(instance), "", drain, instance.Name);
        _isFinal |= isPointOfNoReturn;
        var swap = Step(TiDbStepIds.Swap(instance), instance.Name, "", new SwapInstance.Args(store));
        Next(swap with { PointOfNoReturn = isPointOfNoReturn });
        Next(TiDbStepIds.Verify(instance), "", verify, instance.Name);
    }
}
