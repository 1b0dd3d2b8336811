namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>One pass of preflight: everything that can be found out about a universe and its hosts without changing
/// anything, side by side where that is possible. All findings of the pass are listed, not the first.</summary>
internal sealed class YugabytePreflight(YugabyteCluster cluster)
{
    private readonly Findings _findings = new(
        cluster.Context.Redact, ClientFailures.Finding, cluster.Spec.Preflight.Acknowledge);

    public async Task<PreflightResult<YugabyteDiscovery>> RunAsync(CancellationToken cancellationToken)
    {
        var spec = cluster.Spec;
        var path = CheckSpec(spec);
        var hosts = PackageRequests.Hosts(cluster.Hosts.All, cluster.Hosts.ToolHost);
        var instances = new YugabyteInstancePreflight(cluster, path, _findings);

        var (ofHosts, ofInstances, ofCluster) = (
            new YugabyteHostPreflight(cluster, _findings).LookAsync(hosts, cancellationToken),
            instances.LookAsync(cancellationToken),
            new UniversePreflight(cluster, _findings).LookAsync(cancellationToken));
        var ofFlags = new FlagPreflight(cluster, path, _findings).LookAsync(cancellationToken);
        await Task.WhenAll(ofHosts, ofInstances, ofCluster, ofFlags);
        var (hostLooks, looks, look, flags) = (await ofHosts, await ofInstances, await ofCluster, await ofFlags);

        instances.CompareInstalled(looks, hostLooks);
        InstanceLayouts.Compare(
            [.. looks.Select(l => (cluster.Hosts.Instance(l.Spec.Name).Target, l.Process))], _findings);
        var tool = await new ToolPreflight(cluster, path, _findings).LookAsync(cancellationToken);
        var placement = look is null
            ? TserverPlacement.Unknown
            : await TserverPlacement.ReadAsync(cluster, look, cancellationToken);
        var batches = TserverBatches.Of(spec, look?.ReplicationFactor ?? 0, placement);
        var groups = await new ReplicationPreflight(cluster, path, _findings)
            .LookAsync(look, tool, TserverBatches.Estimate(spec, batches), cancellationToken);
        await new ExtensionPreflight(cluster, _findings).LookAsync(flags.SqlIsOn, hostLooks, cancellationToken);

        // What was saved replicated before: this attempt paused it itself.
        var saved = await _findings.ReadSavedAsync(
            cluster.Context, "Which groups replicated before and how fast leaders moved is read from it.",
            cancellationToken);
        var running = (saved?.GetValueOrDefault(SaveServerConfiguration.GroupsFile) ?? "").Split('\n');
        var identity = look?.View.Config.UniverseUuid;
        return _findings.Any || path is null || look is not { ReplicationFactor: { } factor }
            ? new PreflightResult<YugabyteDiscovery>(null, HostFindings.Once(_findings.Sorted()), identity)
            : new PreflightResult<YugabyteDiscovery>(
                new YugabyteDiscovery
                {
                    Spec = spec,
                    UniverseUuid = look.View.Config.UniverseUuid,
                    Instances = instances.Discover(looks),
                    Placement = placement,
                    Hosts = hosts,
                    ReplicationFactor = factor,
                    SqlIsOn = flags.SqlIsOn,
                    MovesLeadersSlowly = flags.MovesLeadersSlowly
                        || LeaderMoves.Parse(saved?.GetValueOrDefault(SaveServerConfiguration.LeadersFile))
                            .Values.Any(m => m.IsSlow),
                    Groups =
                    [
                        .. groups.Select(g => running.Contains(
                            SaveServerConfiguration.Line(g.Name, g.Target), StringComparer.Ordinal)
                            ? g with { IsPaused = false }
                            : g),
                    ],
                    Replication = YugabyteFeatures.Replication(cluster.Spec, path.From),
                    AutoFlagsVersion = tool.AutoFlagsVersion,
                    Notes = _findings.Notes,
                },
                [], identity);
    }

    private YugabyteUpgradePath? CheckSpec(DatabaseRollingUpgradeSpec spec)
    {
        _findings.CheckSpec(cluster.Context);
        var path = YugabyteUpgradePath.Of(spec, out var unreadable);
        _findings.Add(unreadable);
        path?.Report(_findings, sql: false);

        foreach (var component in new[] { DatabaseComponent.Master, DatabaseComponent.Tserver }.Where(
            c => !spec.Instances.Exists(i => i.Component == c)))
        {
            _findings.Add(
                Reasons.InvalidSpec,
                $"spec.instances has no {component}: list every process of the universe",
                field: "spec.instances");
        }

        return path;
    }
}
