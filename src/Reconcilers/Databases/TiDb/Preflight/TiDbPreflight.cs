namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>One pass of preflight of a TiDB upgrade: everything that can be found out without changing anything, side
/// by side over hosts and instances. All findings of the pass are listed, not the first.</summary>
internal sealed class TiDbPreflight(TiDbTargets targets)
{
    private readonly Findings _findings = new(
        targets.Redact, ClientFailures.Finding, targets.Spec.Preflight.Acknowledge);

    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public async Task<PreflightResult<TiDbDiscovery>> RunAsync(CancellationToken cancellationToken)
    {
        _findings.CheckSpec(targets.Context);
        if (TiDbVersion.Obstacle(Spec.FromVersion, Spec.ToVersion) is { } obstacle)
        {
            _findings.Add(Reasons.VersionPathUnsupported, obstacle, field: "spec.toVersion");
        }

        var instances = new TiDbInstancePreflight(targets, _findings);
        instances.Ports();
        var cluster = new ClusterPreflight(targets, _findings).LookAsync(cancellationToken);
        var servers = new ServerPreflight(targets, _findings).LookAsync(cancellationToken);
        var binlog = new BinlogPreflight(targets, _findings).LookAsync(cancellationToken);
        var backup = new BackupPreflight(targets, _findings).LookAsync(cancellationToken);
        var hostPreflight = new TiDbHostPreflight(targets, _findings);
        var hosts = await ManyAsync(targets.Hosts.All, hostPreflight.LookAsync, cancellationToken);
        hostPreflight.Clocks(hosts);
        await MonitoringAsync(hostPreflight, hosts, cancellationToken);
        var looks = await ManyAsync(Spec.Instances, instances.LookAsync, cancellationToken);
        InstanceLayouts.Compare(
            [.. looks.Select(l => (targets.Hosts.Instance(l.Instance.Name).Target, (InstanceProcess?)l.Process))],
            _findings);
        await Task.WhenAll(cluster, servers, binlog, backup);
        var found = await DiscoverAsync(looks, hosts, await cluster, await servers, cancellationToken);
        var identity = (await cluster) is { } known ? TiDbDiscovery.IdentityOf(known.Members.ClusterId) : null;
        return _findings.Any || found is null || await cluster is not { } look
            ? new PreflightResult<TiDbDiscovery>(null, HostFindings.Once(_findings.Sorted()), identity)
            : new PreflightResult<TiDbDiscovery>(
                await DiscoveryAsync(found, look, await servers, await binlog, cancellationToken), [], identity);
    }

    // Clocks of hosts that have only monitoring do not matter.
    private async Task MonitoringAsync(
        TiDbHostPreflight hostPreflight, IReadOnlyList<TiDbHostFacts> hosts, CancellationToken cancellationToken)
    {
        var services = targets.Settings.Services().ToList();
        var others = MonitoringLayout.PackageHosts(Spec).Except(targets.Hosts.All, StringComparer.Ordinal).ToList();
        var prepared = hosts.Concat(await ManyAsync(others, hostPreflight.LookAsync, cancellationToken))
            .Where(h => h.Package.IsComplete)
            .Select(h => h.Host)
            .ToHashSet(StringComparer.Ordinal);
        var monitoring = new MonitoringPreflight(targets, _findings);
        _ = await SideBySide.EachAsync(
            services, (s, token) => monitoring.LookAsync(s, prepared.Contains(s.Host), token), cancellationToken);
        var grafana = services.Find(s => s.Name == targets.Settings.Dashboards?.Service);
        await monitoring.DashboardsAsync(grafana is not null && prepared.Contains(grafana.Host), cancellationToken);
    }

    private async Task<IReadOnlyList<TiDbInstance>?> DiscoverAsync(
        IReadOnlyList<TiDbInstanceFacts> looks, IReadOnlyList<TiDbHostFacts> hosts, ClusterState? cluster,
        TiDbServerState servers, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationPreflight(targets, _findings);
        var found = await ManyAsync(looks, DiscoverAsync, cancellationToken);
        return found.Count == Spec.Instances.Count ? found : null;

        async Task<TiDbInstance?> DiscoverAsync(TiDbInstanceFacts look, CancellationToken token)
        {
            var host = hosts.FirstOrDefault(h => h.Host == look.Instance.Host);
            var migrated = await configuration.LookAsync(look, host, token);
            var store = cluster?.Stores.FirstOrDefault(s => Spec.Service(look.Instance).Is(s.Address));
            var version = look.Instance.Component switch
            {
                DatabaseComponent.TiKV => store?.Version,
                DatabaseComponent.TiDB => servers.Versions.GetValueOrDefault(look.Instance.Name),
                _ => look.ProgramVersion,
            };
            if (version is null)
            {
                return null;
            }

            JudgeVersion(look.Instance, version);
            return new TiDbInstance
            {
                Name = look.Instance.Name,
                Component = look.Instance.Component,
                Version = TiDbVersion.Plain(version),
                Unit = look.Process.Unit,
                Store = store?.Id,
                Labels = store?.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal),
                ConfigurationFrom = look.Configuration is { } text && migrated is not null
                    ? ContentHash.Short(text)
                    : null,
                ConfigurationTo = migrated is { } carried ? ContentHash.Short(carried.Migrated.Text) : null,
                Changes = migrated?.Migrated.Changes ?? [],
                Remarks = migrated?.Migrated.Remarks ?? [],
                Settings = migrated?.Settings,
            };
        }
    }

    // An instance that has been upgraded manually is accepted (resuming after an error;
    // docs/project/research/tidb.md#procedure), and one of another patch level from which the new version can be
    // reached.
    private void JudgeVersion(DatabaseInstance instance, string version)
    {
        if (TiDbVersion.Same(version, Spec.FromVersion) || TiDbVersion.Same(version, Spec.ToVersion))
        {
            return;
        }

        if (TiDbVersion.Obstacle(version, Spec.ToVersion) is { } obstacle)
        {
            _findings.Add(
                Reasons.VersionMismatch,
                $"{instance.Name} on {instance.Host} runs version {version}, expected {Spec.FromVersion} "
                + $"(spec.fromVersion), {Spec.ToVersion}, or another version that can be upgraded to it: {obstacle}. "
                + "Correct spec.fromVersion or spec.toVersion, or upgrade this process first.",
                instance.Name, "spec.fromVersion");
            return;
        }

        _findings.NoteVersion(instance.Name, version, Spec.FromVersion, Spec.ToVersion);
    }

    private async Task<TiDbDiscovery> DiscoveryAsync(
        IReadOnlyList<TiDbInstance> instances, ClusterState cluster, TiDbServerState servers,
        IReadOnlyList<string> binlog, CancellationToken cancellationToken)
    {
        var saved = await _findings.ReadSavedAsync(
            targets.Context, "The former schedule limits and leader_priority are read from it.", cancellationToken);
        var limits = PdSchedule.ParseLimits(saved?.GetValueOrDefault(SaveConfiguration.LimitsFile));
        return new()
        {
            Spec = Spec,
            ClusterId = cluster.Members.ClusterId,
            Instances = instances,
            LeaderPriorities = saved?.GetValueOrDefault(SaveConfiguration.PrioritiesFile) is { } priorities
                ? PdSchedule.ParseLimits(priorities).ToDictionary(p => p.Key, p => (int)p.Value, StringComparer.Ordinal)
                : cluster.Members.Members.Where(m => m.LeaderPriority != 0).ToDictionary(
                    m => m.Name, m => m.LeaderPriority, StringComparer.Ordinal),
            ScheduleLimits = limits.Count > 0 ? limits : cluster.Schedule.Limits,
            MaxReplicas = cluster.Schedule.MaxReplicas,
            LocationLabels = cluster.Schedule.LocationLabels,
            BootstrapVersion = servers.Versions.Values.Any(v => TiDbVersion.Same(v, Spec.ToVersion))
                ? null
                : servers.Bootstrap,
            Notes =
            [
                .. cluster.Notes,
                .. binlog,
                .. _findings.Notes,
                .. Supervision(instances),
                .. ByHand(instances),
            ],
        };
    }

    private static IEnumerable<string> Supervision(IReadOnlyList<TiDbInstance> instances)
    {
        var units = instances.Where(i => i.Unit is not null)
            .GroupBy(i => i.Unit!, StringComparer.Ordinal)
            .Select(g => g.Count() == 1 ? g.Key : $"{g.Key} × {g.Count()}")
            .ToList();
        return units.Count == 0 ? [] : [$"Units found on the hosts: {string.Join(", ", units)}."];
    }

    private IEnumerable<string> ByHand(IReadOnlyList<TiDbInstance> instances)
    {
        var done = instances.Where(i => TiDbVersion.Same(i.Version, Spec.ToVersion)).Select(i => i.Name).ToList();
        return done.Count == 0
            ? []
            : [$"Already on {Spec.ToVersion}, not restarted while healthy: {string.Join(", ", done)}."];
    }

    private static async Task<IReadOnlyList<TResult>> ManyAsync<T, TResult>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task<TResult?>> look, CancellationToken cancellationToken)
        where TResult : class => [.. (await SideBySide.EachAsync(items, look, cancellationToken)).OfType<TResult>()];
}
