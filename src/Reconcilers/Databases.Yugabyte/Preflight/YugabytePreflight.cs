namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>One pass of preflight: everything that can be found out about a universe and its hosts without changing
/// anything, side by side where that is possible. All findings of the pass are listed, not the first.</summary>
internal sealed class YugabytePreflight
{
    private const string SavedFormerly = "The Secret with the saved configuration of this attempt already exists, so "
        + "the status was put back to an older copy. Which groups replicated before and how fast leaders moved is read "
        + "from it.";

    private readonly IYugabyteTargets _targets;
    private readonly YugabyteCluster _cluster;
    private readonly Findings _findings;

    public YugabytePreflight(IYugabyteTargets targets)
    {
        (_targets, _cluster, _findings) = (
            targets,
            new YugabyteCluster(targets),
            new Findings(
                targets.Redact, YugabyteFailures.Finding, targets.Upgrade.Spec.Preflight.Acknowledge));
    }

    public async Task<PreflightResult<YugabyteDiscovery>> RunAsync(CancellationToken cancellationToken)
    {
        var spec = _cluster.Spec;
        var path = CheckSpec(spec);
        var hosts = PackageRequests.Hosts(_targets.Hosts.All, _targets.Hosts.ToolHost);
        var instances = new InstancePreflight(_targets, _cluster, path, _findings);

        var (ofHosts, ofInstances, ofCluster) = (
            new HostPreflight(_targets, _cluster, _findings).LookAsync(hosts, cancellationToken),
            instances.LookAsync(cancellationToken),
            new ClusterPreflight(_cluster, path, _findings).LookAsync(cancellationToken));
        var ofManagement = new ManagementPreflight(_targets, _cluster, _findings).LookAsync(cancellationToken);
        await Task.WhenAll(ofHosts, ofInstances, ofCluster, ofManagement);
        var (hostLooks, looks, look) = (await ofHosts, await ofInstances, await ofCluster);

        instances.CompareInstalled(looks, hostLooks);
        InstanceLayouts.Compare(
            [.. looks.Select(l => (_targets.Hosts.Instance(l.Spec.Name).Target, l.Process))], _findings);
        var tool = await new ToolPreflight(_targets, _cluster, path, _findings).LookAsync(cancellationToken);
        var placement = look is null
            ? TserverPlacement.Unknown
            : await new ZonePreflight(_cluster).LookAsync(look, cancellationToken);
        var estimate = YugabyteEstimate.Of(
            _cluster.Spec, TserverBatches.Of(_cluster.Spec, look?.ReplicationFactor ?? 0, placement));
        var groups = await new ReplicationPreflight(_cluster, path, _findings)
            .LookAsync(look, tool, estimate, cancellationToken);
        await new ExtensionPreflight(_targets, _cluster, _findings).LookAsync(
            look?.SqlIsOn, hostLooks, cancellationToken);

        // This attempt has begun although the status does not know it: it paused the groups itself.
        var saved = await ConfigurationSecret.ReadAsync(
            _targets, RunPlans.AttemptsBefore(_targets.Upgrade.Status), cancellationToken);
        var running = (saved?.GetValueOrDefault(SaveServerConfiguration.GroupsFile) ?? "").Split('\n');
        if (saved is not null)
        {
            _findings.Note(SavedFormerly);
        }

        var identity = look?.View.Config.UniverseUuid;
        return _findings.Any || path is null || look is not { ReplicationFactor: { } factor }
            ? new PreflightResult<YugabyteDiscovery>(null, HostFindings.Once(_findings.Sorted()), identity)
            : new PreflightResult<YugabyteDiscovery>(
                new YugabyteDiscovery
                {
                    UniverseUuid = look.View.Config.UniverseUuid,
                    Instances = instances.Discover(looks),
                    Placement = placement,
                    Hosts = hosts,
                    ReplicationFactor = factor,
                    SqlIsOn = look.SqlIsOn,
                    MovesLeadersSlowly = look.MovesLeadersSlowly
                        || LeaderMoves.Parse(saved?.GetValueOrDefault(SaveServerConfiguration.LeadersFile))
                            .Values.Any(m => m.IsSlow),
                    Groups =
                    [
                        .. groups.Select(g => running.Contains(
                            SaveServerConfiguration.Line(g.Name, g.Target), StringComparer.Ordinal)
                            ? g with { IsPaused = false }
                            : g),
                    ],
                    Replication = YugabyteFeatures.Replication(_cluster.Settings, path.From),
                    AutoFlagsVersion = tool.AutoFlagsVersion,
                    Notes = [.. path.Notes, .. _findings.Notes],
                },
                [],
                identity);
    }

    private YugabyteUpgradePath? CheckSpec(DatabaseRollingUpgradeSpec spec)
    {
        _findings.Add(SpecPreflight.Check(spec));
        _findings.Add(_targets.SecretProblems);
        _findings.Add(_targets.StorageProblems);

        var path = YugabyteUpgradePath.Of(spec, out var unreadable);
        _findings.Add(unreadable);
        _findings.Add(path?.Refusals ?? []);

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
