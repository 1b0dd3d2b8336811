namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Asks PD: health and quorum, leader and etcd's leader, members and stores compared with the spec, Regions,
/// labels, schedulers (docs/project/research/tidb.md#pd). Changes nothing.</summary>
internal sealed class ClusterPreflight(TiDbTargets targets, Findings findings)
{
    private const int FewestVoters = 3;
    private readonly List<string> _notes = [];

    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public async Task<ClusterState?> LookAsync(CancellationToken cancellationToken)
    {
        var pd = targets.Pd;
        await findings.CheckAsync(() => HealthAsync(pd, cancellationToken));
        await findings.CheckAsync(() => VersionAsync(pd, cancellationToken));
        var members = await findings.LookAsync<PdMembers>(
            async () => Members(await pd.MembersAsync(cancellationToken)));
        var stores = await findings.LookAsync<IReadOnlyList<PdStore>>(
            async () => Stores(await pd.StoresAsync(cancellationToken)));
        var schedule = await findings.LookAsync<PdSchedule>(async () => await pd.ScheduleAsync(cancellationToken));
        await findings.CheckAsync(() => RegionsAsync(pd, stores ?? [], cancellationToken));
        if (members is null || stores is null || schedule is null)
        {
            return null;
        }

        Schedulers(stores, schedule);
        Replication(stores, schedule);
        return new ClusterState(members, stores, schedule, _notes);
    }

    private async Task HealthAsync(PdClient pd, CancellationToken cancellationToken)
    {
        // Each member reports itself: requests below /pd are answered by the leader.
        foreach (var instance in Spec.Of(DatabaseComponent.PD))
        {
            if (!await pd.IsHealthyAsync(Spec.Service(instance), cancellationToken))
            {
                findings.Add(
                    Reasons.InstanceDown,
                    $"PD member {instance.Name}: GET {Spec.Service(instance)}/health does not answer "
                    + "{\"health\":\"true\"}. Start it, or find out why it has no quorum.",
                    instance.Name);
            }
        }

        foreach (var member in (await pd.HealthAsync(cancellationToken)).Where(m => !m.IsHealthy))
        {
            findings.Add(
                Reasons.InstanceDown,
                $"The PD leader cannot reach PD member {member.Name} ({string.Join(", ", member.ClientUrls)}). "
                + $"Start it, or remove it with `pd-ctl member delete name {member.Name}`.");
        }
    }

    // Stores of a lower version are refused; nightly builds have raised it.
    private async Task VersionAsync(PdClient pd, CancellationToken cancellationToken)
    {
        var version = await pd.ClusterVersionAsync(cancellationToken);
        if (TiDbVersion.IsHigher(version, Spec.ToVersion))
        {
            findings.Add(
                Reasons.VersionPathUnsupported, TiDbVersion.TooHigh("PD's cluster-version", version, Spec.ToVersion),
                field: "spec.toVersion");
        }
    }

    private PdMembers Members(PdMembers members)
    {
        if (!members.IsSettled)
        {
            findings.Add(
                Reasons.NoLeader,
                $"PD's leader ({members.Leader?.Name ?? "none"}) and etcd's leader "
                + $"({members.EtcdLeader?.Name ?? "none"}) differ. Preflight checks again automatically. If they still "
                + "differ after a minute, check the logs of both and the network between the PD members.");
        }

        findings.Compare(
            Spec.Of(DatabaseComponent.PD), members.Members,
            (instance, member) => Spec.Service(instance).IsAmong(member.ClientUrls),
            instance => $"{instance.Name} ({Spec.Service(instance)}) is not a member of PD, whose members listen on "
                + $"{string.Join(", ", members.Members.SelectMany(m => m.ClientUrls))}. Correct its host or port, "
                + "or remove it from spec.instances.",
            member => $"PD has a member {member.Name} ({string.Join(", ", member.ClientUrls)}) that spec.instances "
                + "does not list. Add it, or remove it from the cluster.");

        // PD sets a priority by name only.
        var names = members.Members.CountBy(m => m.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var nameless = members.Members.Where(m => m.Name.Length == 0 || names[m.Name] > 1);
        foreach (var member in nameless.Where(m => m.LeaderPriority != 0))
        {
            findings.Add(
                Reasons.ClusterUnhealthy,
                $"PD member {member.Id} ({string.Join(", ", member.ClientUrls)}) has leader_priority "
                + $"{member.LeaderPriority} and no name of its own ('{member.Name}'), so its priority cannot be "
                + "cleared for the upgrade. Give the member a unique name, or set its priority to 0.");
        }

        if (members.Members.Count < FewestVoters)
        {
            findings.Ask(
                Reasons.QuorumTooSmall,
                "PD",
                $"PD has {members.Members.Count} members: the whole cluster is unavailable while one restarts. Add "
                + "members.");
        }

        return members;
    }

    private List<PdStore> Stores(IReadOnlyList<PdStore> all)
    {
        var stores = all.Where(s => !s.IsTombstone).ToList();
        foreach (var store in stores.Where(s => !s.IsUp))
        {
            findings.Add(
                Reasons.InstanceDown,
                $"Store {store.Id} ({store.Address}) is {store.State}, expected Up. Start it, or remove it with "
                + $"`pd-ctl store delete {store.Id}` and wait until it is Tombstone.");
        }

        findings.Compare(
            Spec.Of(DatabaseComponent.TiKV), stores, (instance, store) => Spec.Service(instance).Is(store.Address),
            instance => $"PD has no store at {Spec.Service(instance)}, the address of {instance.Name}. Correct its "
                + "host or port, or remove it from spec.instances.",
            store => $"PD has store {store.Id} at {store.Address} that spec.instances does not list. Add it, or let it "
                + "leave the cluster.");
        return stores;
    }

    // Only a loss of quorum refuses the upgrade. The rest is normal while data is written, and is asked about again
    // before each TiKV is stopped.
    private async Task RegionsAsync(PdClient pd, IReadOnlyList<PdStore> stores, CancellationToken cancellationToken)
    {
        var regions = await RegionSurvey.NowAsync(pd, stores, cancellationToken);
        if (regions.AtRisk.Count > 0)
        {
            findings.Add(
                Reasons.QuorumAtRisk,
                $"{regions.AtRiskText} have no quorum of replicas that are up to date. Expected is a majority. Start "
                + $"the stores of the other replicas (`pd-ctl region {regions.AtRisk[0]}`), or wait until PD has "
                + "repaired them; preflight checks again automatically.");
        }
        else if (regions.Listed is { } listed)
        {
            _notes.Add(
                $"PD lists incomplete Regions: {listed}. All have their quorum, so they do not prevent the upgrade. No "
                + "TiKV is stopped while a Region would lose its quorum without it.");
        }
    }

    // Read from schedulers-v2: after a change of the leader the list of those that run is empty
    // (docs/project/research/tidb.md#pd-as-observed).
    private void Schedulers(IReadOnlyList<PdStore> stores, PdSchedule schedule)
    {
        foreach (var store in stores.Where(s => schedule.Evicted.Contains(s.Id)))
        {
            findings.Add(
                Reasons.LeadersKeptAway,
                $"An evict-leader-scheduler from outside this upgrade keeps leaders away from store {store.Id} "
                + $"({store.Address}). Run `pd-ctl scheduler remove evict-leader-scheduler-{store.Id}`.");
        }
    }

    private void Replication(IReadOnlyList<PdStore> stores, PdSchedule schedule)
    {
        if (schedule.MaxReplicas < FewestVoters)
        {
            findings.Ask(
                Reasons.QuorumTooSmall,
                TiDbSpec.MaxReplicas,
                $"max-replicas is {schedule.MaxReplicas}: part of the data is unavailable while a TiKV restarts. Raise "
                + "it to 3.");
        }

        // PD's own value counts after its bootstrap, not that of a file (docs/project/research/tidb.md#configuration).
        foreach (var store in stores)
        {
            var missing = schedule.LocationLabels.Where(l => !store.Labels.ContainsKey(l)).ToList();
            if (missing.Count > 0)
            {
                findings.Ask(
                    Reasons.ConfigurationInvalid, store.Address,
                    $"Store {store.Id} ({store.Address}) has no label {string.Join(", ", missing)}, which PD's "
                    + $"location-labels ({string.Join(",", schedule.LocationLabels)}) require: replicas may be placed "
                    + $"together. Run `pd-ctl store label {store.Id} {missing[0]} NAME`.");
            }
        }

        foreach (var host in Spec.Of(DatabaseComponent.TiKV).GroupBy(
            i => i.Host, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            var values = host.Select(
                i => stores.FirstOrDefault(s => Spec.Service(i).Is(s.Address))?.Labels.GetValueOrDefault("host"))
                .Distinct(StringComparer.Ordinal)
                .ToList();
            if (!schedule.LocationLabels.Contains("host", StringComparer.Ordinal))
            {
                var labels = schedule.LocationLabels.Count == 0 ? "none" : string.Join(",", schedule.LocationLabels);
                _notes.Add(
                    $"{host.Count()} TiKVs are on {host.Key}, and PD's location-labels ({labels}) do not contain "
                    + "\"host\": replicas of a Region may be on one machine.");
            }
            else if (values.Count > 1)
            {
                findings.Ask(
                    Reasons.ConfigurationInvalid, host.Key,
                    $"The TiKVs on {host.Key} have different labels host "
                    + $"({string.Join(", ", values.Select(v => v ?? "none"))}). Give them the same label, so that "
                    + "PD does not place replicas of a Region on one machine.",
                    host.First().Name);
            }
        }
    }
}

/// <summary>The cluster as PD reports it.</summary>
/// <param name="Stores">The stores that have not left.</param>
internal sealed record ClusterState(
    PdMembers Members, IReadOnlyList<PdStore> Stores, PdSchedule Schedule, IReadOnlyList<string> Notes);

/// <summary>The comparison of what a cluster has registered with spec.instances.</summary>
internal static class RegisteredInstances
{
    /// <param name="isSame">Whether an instance is a registered one, by its address.</param>
    /// <param name="missing">What is found where an instance is not registered.</param>
    /// <param name="stranger">What is found where no instance is the registered one; null for nothing.</param>
    public static void Compare<T>(
        this Findings findings, IEnumerable<DatabaseInstance> instances, IReadOnlyList<T> registered,
        Func<DatabaseInstance, T, bool> isSame, Func<DatabaseInstance, string> missing, Func<T, string?> stranger)
    {
        var all = instances.ToList();
        foreach (var instance in all.Where(i => !registered.Any(r => isSame(i, r))))
        {
            findings.Add(
                Reasons.InstancesDiffer, missing(instance), instance.Name, $"spec.instances[{instance.Name}]");
        }

        foreach (var message in registered.Where(r => !all.Exists(i => isSame(i, r))).Select(stranger).OfType<string>())
        {
            findings.Add(Reasons.InstancesDiffer, message, field: "spec.instances");
        }
    }
}
