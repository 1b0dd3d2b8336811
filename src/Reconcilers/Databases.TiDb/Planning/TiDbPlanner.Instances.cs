namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>The processes of the cluster, one component after the other.</content>
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
                new SetLeaderPriorities(priorities, Clear: true));
        }

        // The vendor promises no rollback from the first PD on (docs/research/tidb.md#procedure).
        var isFirst = true;
        foreach (var instance in PdOrder.Of(spec, discovery.PdLeader))
        {
            // Leadership must not move to a member that has just started.
            AwaitSettled();
            Instance(instance, new DrainPd(), new VerifyPd(), isPointOfNoReturn: isFirst);
            isFirst = false;
        }

        if (priorities.Count > 0)
        {
            // Leadership may move to a member that has just started.
            AwaitSettled();
            Next(TiDbStepIds.RestorePriority, "Restore leader_priority of PD", new SetLeaderPriorities(priorities));
        }

        EndComponent();

        var limits = discovery.ScheduleLimits;
        Next(
            TiDbStepIds.LimitMergingEarly,
            "Limit merging if the new PD has begun to merge",
            new LimitMerging(
                Merging.First, limits.Count > 0 ? new(limits, StringComparer.Ordinal) : null));
    }

    private void UpgradeTikv()
    {
        var batches = StoreBatches.Of(spec, discovery).Batches;
        if (batches.Count > 0)
        {
            Next(
                TiDbStepIds.HoldScheduling,
                "Stop merging and balancing while TiKVs are upgraded",
                new HoldScheduling(_tidb.DrainLeaderScheduleLimit));
        }

        foreach (var batch in batches)
        {
            SideBySide(batch, instance =>
            {
                // With the last one the cluster raises its version and accepts no older TiKV any more
                // (docs/research/tidb.md#pd). Any of the last batch may be the last one.
                var store = Discovered(instance).Store ?? throw new InvalidOperationException(
                    $"Preflight reported no store of {instance.Name}; no plan can be made without it.");
                Instance(
                    instance,
                    new DrainTikv(store),
                    new VerifyTikv(store),
                    isPointOfNoReturn: ReferenceEquals(batch, batches[^1]),
                    store);
            });
        }

        if (batches.Count > 0)
        {
            Next(TiDbStepIds.ClusterVersion, $"Wait for cluster version {spec.ToVersion}", new AwaitClusterVersion());

            // Regions are balanced again when the last TiKV has settled; the next component does not wait for that.
            var registered = _barrier;
            AwaitSettled();
            Next(TiDbStepIds.ReleaseScheduling, "Restore the schedule limits", new ReleaseScheduling(Merging.First));
            _late.AddRange(_barrier);
            _barrier = registered;
        }
    }

    private void UpgradePumps()
    {
        foreach (var instance in spec.Of(DatabaseComponent.Pump))
        {
            Instance(instance, new DrainPump(), new VerifyPump());
        }

        EndComponent();
    }

    private void UpgradeTidb()
    {
        // The first one upgrades the system tables (docs/research/tidb.md#tidb-server), so nothing rolls beside it. It
        // serves while the others do: all of them are never stopped at once.
        var servers = spec.Of(DatabaseComponent.TiDB).ToList();
        foreach (var batch in servers.Take(1).Chunk(1).Concat(servers.Skip(1).Chunk(_tidb.MaxUnavailableServers)))
        {
            SideBySide(batch, instance =>
            {
                var isFirst = ReferenceEquals(instance, servers[0]);
                Instance(
                    instance,
                    new DrainTidb(),
                    new VerifyTidb(isFirst ? discovery.BootstrapVersion : null),
                    isPointOfNoReturn: isFirst);
            });
        }

        if (servers.Count > 0)
        {
            Next(
                TiDbStepIds.Consistent,
                "Wait until all TiDB servers run the same version",
                new AwaitConsistentServers());
        }

        EndComponent();
    }

    private void UpgradeDrainers()
    {
        foreach (var instance in spec.Of(DatabaseComponent.Drainer))
        {
            Instance(instance, new DrainDrainer(), new VerifyDrainer());
        }

        EndComponent();
    }

    // The titles follow from the ids: "Drain tikv-1".
    private void Instance(
        DatabaseInstance instance,
        IStepAction drain,
        IStepAction verify,
        bool isPointOfNoReturn = false,
        ulong? store = null)
    {
        Next(TiDbStepIds.Drain(instance), "", drain, instance.Name);
        _isFinal |= isPointOfNoReturn;
        _barrier.AddRange(_settled);
        var swap = Step(TiDbStepIds.Swap(instance), instance.Name, "", new SwapInstance(store));
        Next(swap with { PointOfNoReturn = isPointOfNoReturn });
        _stopped = _barrier;
        _settled = [_plan.Add(Step(TiDbStepIds.Verify(instance), instance.Name, "", verify))];
    }

    // Each of them waits for what came before, and what comes next waits for all of them.
    private void SideBySide(IEnumerable<DatabaseInstance> instances, Action<DatabaseInstance> add)
    {
        var (barrier, settled) = (_barrier, _settled);
        List<string> stops = [], ends = [];
        foreach (var instance in instances)
        {
            (_barrier, _settled) = (barrier, settled);
            add(instance);
            stops.AddRange(_stopped);
            ends.AddRange(_settled);
        }

        (_barrier, _stopped, _settled) = (stops, stops, ends);
    }

    // What comes next waits until the instances have settled.
    private void AwaitSettled()
    {
        _barrier = [.. _barrier.Except(_stopped, StringComparer.Ordinal), .. _settled];
        _settled = [];
    }

    // The last instances of a component settle while the next component begins.
    private void EndComponent()
    {
        _late.AddRange(_settled);
        _settled = [];
    }
}
