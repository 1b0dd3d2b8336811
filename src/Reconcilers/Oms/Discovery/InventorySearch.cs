namespace Drydock.Reconcilers.Oms;

/// <summary>Finds what the spec does not name: from one node its container and config.yaml, from cm_nodes the other
/// nodes of its region, from cluster_info and the hosts of cluster management the other regions
/// (docs/project/research/oms.md#metadata-tables). Changes nothing.</summary>
internal sealed partial class InventorySearch(OmsTargets targets, Findings findings)
{
    private readonly List<FoundNode> _nodes = [];
    private readonly NodeSearch _search = new(targets);
    private FoundVersion _version = new(null, null);
    private UpgradePath.Allowed? _path;

    private OmsUpgradeSpec Spec => targets.Written.Spec;
    private bool SeeksNodes => Spec.DiscoverFrom is not null;

    /// <summary>What was found. Whatever is missing in it is a finding.</summary>
    /// <param name="storageDirectory">The operator's default storage; null if it has none.</param>
    public async Task<OmsInventory> RunAsync(string? storageDirectory, CancellationToken cancellationToken)
    {
        var inventory = OmsSpecCompletion.IsComplete(Spec)
            ? new OmsInventory { FromVersion = Spec.FromVersion, Edition = Spec.Edition }
            : await SearchAsync(cancellationToken);
        return inventory with { StorageDirectory = Spec.Backup.Storage is null ? storageDirectory : null };
    }

    private async Task<OmsInventory> SearchAsync(CancellationToken cancellationToken)
    {
        await LookAsync(Start(), cancellationToken);
        await FollowNodesAsync(cancellationToken);
        _version = await new VersionSearch(targets, findings).RunAsync(_nodes, cancellationToken);
        _path = _version.Path(Spec.ToVersion);
        var config = _nodes.Select(node => node.Config).FirstOrDefault(c => c is not null);
        var metadata = config is null
            ? null
            : await findings.LookAsync<FoundMetadata>(async () => await MetadataAsync(config, cancellationToken));
        if (metadata is not null && metadata.Missing(_nodes).Count > 0)
        {
            await LookAsync(
                Distinct(metadata.Hosts.SelectMany(
                    host => Found(host.Ip, $"table host of {config!.CmDatabase}", null))),
                cancellationToken);
            await FollowNodesAsync(cancellationToken);
        }

        var regions = FoundRegion.Group(Spec, _nodes, metadata);
        Report(regions, metadata);
        return new OmsInventory
        {
            FromVersion = Spec.FromVersion.Length > 0 ? Spec.FromVersion : _version.From?.Display,
            Edition = _version.Edition,
            Regions = [.. regions.Select(Region)],
            MetadataDatabase = config is null ? null : Describe(config, regions),
            HighAvailabilityMethod = metadata?.HighAvailability is { } row ? Method(row) : null,
        };
    }

    private async Task<FoundMetadata> MetadataAsync(OmsConfig config, CancellationToken cancellationToken)
    {
        var metadata = targets.OpenMetadata(config);
        return new FoundMetadata(
            config.CmDatabase,
            SeeksNodes ? await metadata.ClusterInfoAsync(config.RmDatabase, cancellationToken) : [],
            SeeksNodes ? await HostsAsync(metadata, config.CmDatabase, cancellationToken) : [],
            Spec.HighAvailability.Method is null
                ? await metadata.ReadHaConfigAsync(config.RmDatabase, cancellationToken)
                : null);
    }

    // Only regions that no cm_nodes leads to are found through this table. If one is missing, that is reported.
    private static async Task<IReadOnlyList<MetadataHost>> HostsAsync(
        SqlOmsMetadata metadata, string cmDatabase, CancellationToken cancellationToken)
    {
        try
        {
            return await metadata.HostsAsync(cmDatabase, cancellationToken);
        }
        catch (OmsMetadataException exception) when (exception.Kind == OmsMetadataErrorKind.Missing)
        {
            return [];
        }
    }

    private List<FoundNode> Start()
    {
        var written = Spec.Regions
            .SelectMany(region => region.Nodes.Select(
                node => new FoundNode(node, FoundNode.InRegions) { Region = region.Name }))
            .ToList();
        return Spec.DiscoverFrom is { } address
            && !written.Exists(node => node.Address == NodeAddress.Normalize(address))
            ? [.. written, new FoundNode(Named(address), FoundNode.InHostIP)]
            : written;
    }

    // Wave after wave, so that the result does not depend on which node answers first.
    private async Task FollowNodesAsync(CancellationToken cancellationToken)
    {
        while (SeeksNodes)
        {
            var next = Distinct(_nodes.SelectMany(by => (by.Config?.CmNodes ?? [])
                .SelectMany(address => Found(address, $"cm_nodes of {by.Node.HostIP}", by))));
            if (next.Count == 0 || _nodes.Count > SchemaLimits.AllNodes)
            {
                return;
            }

            await LookAsync(next, cancellationToken);
        }
    }

    private static List<FoundNode> Distinct(IEnumerable<FoundNode> nodes) =>
        [.. nodes.DistinctBy(node => node.Address, StringComparer.Ordinal).Take(SchemaLimits.AllNodes)];

    private IEnumerable<FoundNode> Found(string address, string foundIn, FoundNode? by)
    {
        var text = address.Trim();
        if (_nodes.Exists(node => node.Address == NodeAddress.Normalize(text)))
        {
            yield break;
        }

        // It becomes part of an endpoint, so nothing but an address gets there.
        if (!Address().IsMatch(text))
        {
            findings.Add(
                Reasons.NodesDiffer,
                $"'{SchemaLimits.Clip(text)}' in {foundIn} is not an IP address, so the node cannot be found by it. "
                    + "Correct it there, or leave out spec.discoverFrom and name all nodes in spec.regions.",
                field: "spec.regions");
            yield break;
        }

        yield return new FoundNode(Named(text), foundIn) { NamedBy = by };
    }

    private async Task LookAsync(IReadOnlyList<FoundNode> nodes, CancellationToken cancellationToken) =>
        _nodes.AddRange(await Task.WhenAll(nodes.Select(node =>
            CanReach(node) ? _search.LookAsync(node, cancellationToken) : Task.FromResult(node))));

    // The address of a found node must be in the endpoint, or the same dockerd would be asked for each of them.
    private bool CanReach(FoundNode node) =>
        node.IsWritten
        || node.FoundIn == FoundNode.InHostIP
        || Spec.Docker?.Endpoint.Contains(NodeDocker.HostIP, StringComparison.Ordinal) == true;

    private OmsNode Named(string address) => new()
    {
        Name = NodeName.Of(address, [.. Spec.Regions.SelectMany(region => region.Nodes).Select(node => node.Name)]),
        HostIP = address,
    };

    private void Report(IReadOnlyList<FoundRegion> regions, FoundMetadata? metadata)
    {
        var placed = regions.SelectMany(region => region.Nodes).ToList();
        findings.Add(placed.Select(node => node.Problem).OfType<Finding>());
        if (placed.FindAll(node => !CanReach(node)) is { Count: > 0 } unreached)
        {
            findings.Add(
                Reasons.InvalidSpec,
                $"spec.docker.endpoint has no {NodeDocker.HostIP}, so it does not lead to the nodes that were found: "
                    + $"{string.Join(", ", unreached.Select(node => $"{node.Node.HostIP} ({node.FoundIn})"))}. "
                    + $"Put {NodeDocker.HostIP} into it, or name these nodes with their docker in spec.regions.",
                field: "spec.docker.endpoint");
        }

        if (metadata is not null)
        {
            Rest(metadata, _nodes.FindAll(node => !placed.Contains(node)), placed);
        }

        foreach (var region in regions)
        {
            findings.Note(SchemaLimits.Clip(
                $"Region {region.Name}: {string.Join("; ", region.Nodes.Select(node => Describe(node)))}."));
        }
    }

    // Regions of which no node was found, and hosts that belong to no region.
    private void Rest(FoundMetadata metadata, IReadOnlyList<FoundNode> unplaced, IReadOnlyList<FoundNode> placed)
    {
        var missing = metadata.Missing(_nodes);
        foreach (var row in missing)
        {
            List<string> tried =
            [
                .. unplaced.Select(n => $"{n.Node.HostIP} ({n.Problem?.Reason ?? Reasons.ConfigUnreadable})"),
            ];
            findings.Add(
                Reasons.RegionsInvalid,
                $"OMS has region '{SchemaLimits.Clip(row.Region)}' with cm_location {SchemaLimits.Clip(row.Code)} "
                    + $"(cluster_info), but none of its nodes was found{(tried.Count == 0
                        ? ""
                        : $"; asked were {Sentences.List(tried, 10)}")}. Name it with its nodes, and how they are "
                    + $"reached, in spec.regions: `- {{name: {row.Region}, nodes: [{{name: a, hostIP: ADDRESS, "
                    + "docker: {endpoint: …}}]}`. If it no longer exists, remove it from OMS.",
                field: "spec.regions");
        }
    }

    private HighAvailabilityMethod? Method(HaConfigRow row)
    {
        const string Field = "spec.highAvailability.method";
        var expected = _path?.Source.HaConfig;
        var why = (row.Raw, expected) switch
        {
            ({ } raw, _) when HaConfig.TryParse(raw, out _, out _) => "ha.config has the expected form",
            (null, false) => $"OMS {_path!.From.Display} has no ha.config",
            _ => null,
        };
        if (why is not null)
        {
            findings.Note($"High availability is switched by SQL, because {why} ({Field} is not set).");
            return HighAvailabilityMethod.Sql;
        }

        if (_path is not null)
        {
            findings.Add(
                Reasons.HighAvailabilityMethodUnknown,
                $"{Field} is not set, and ha.config is {(row.Raw is null ? "missing" : "not JSON")}; expected a JSON "
                    + $"object in OMS {_path.From.Display}. Look at ha.config on the page System Parameters of the "
                    + "console. Then set Sql, and the operator writes it, or Manual, and you change it when asked.",
                field: Field);
        }

        return null;
    }

    private InventoryRegion Region(FoundRegion region) => new()
    {
        Name = region.Name!,
        Location = region.Location,
        Nodes =
        [
            .. region.Nodes.Select(node => new InventoryNode
            {
                Name = node.Node.Name,
                HostIP = node.Node.HostIP,
                FoundIn = SchemaLimits.Clip(node.FoundIn, SchemaLimits.Name),
                CurrentContainer = CurrentOf(node),
                NewContainer = NewOf(node),
                Ports = [.. node.Config?.Ports.All ?? []],
            }),
        ],
    };

    private string? CurrentOf(FoundNode node) =>
        node.Node.CurrentContainer ?? Spec.CurrentContainer ?? node.Container?.ShortName;

    private string? NewOf(FoundNode node) => node.Node.NewContainer ?? Spec.NewContainer
        ?? (CurrentOf(node) is { } current ? NewContainerName.Of(current, _version.From, Spec.ToVersion) : null);

    private string Describe(FoundNode node)
    {
        var containers = CurrentOf(node) is { } current ? $", {current} becomes {NewOf(node)}" : "";
        var ports = node.Config is { } config ? $", ports {string.Join(" ", config.Ports.All)}" : "";
        return $"{node.Node.Name} is {node.Node.HostIP} (from {node.FoundIn}){containers}{ports}";
    }

    private static string Describe(OmsConfig config, IReadOnlyList<FoundRegion> regions)
    {
        var heartbeats = regions.SelectMany(region => region.Nodes)
            .Select(node => node.Config?.HeartbeatDatabase)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);
        return $"{config.MetaHost}:{config.MetaPort} with "
            + $"{string.Join(", ", [config.RmDatabase, config.CmDatabase, .. heartbeats])}";
    }

    [GeneratedRegex(Patterns.IPAddress, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}

/// <summary>Names of nodes that the spec does not name. They are made from the address, so that every preflight gives a
/// node the same name, and they can stand in step ids.</summary>
internal static class NodeName
{
    /// <summary>The name: <c>192-0-2-216</c>, <c>2001-db8--1</c>.</summary>
    public static string Of(string address, IReadOnlyCollection<string> taken)
    {
        var name = NodeAddress.Normalize(address).Replace('.', '-').Replace(':', '-');
        name = $"{(name.StartsWith('-') ? "0" : "")}{name}{(name.EndsWith('-') ? "0" : "")}";
        return taken.Contains(name, StringComparer.Ordinal) ? $"{name}-found" : name;
    }
}

/// <summary>A node of the installation as the search found it.</summary>
/// <param name="Node">The node as the spec has it, or with a name made from its address.</param>
internal sealed record FoundNode(OmsNode Node, string FoundIn)
{
    public const string InHostIP = "spec.discoverFrom";
    public const string InRegions = "spec.regions";

    public string? Region { get; init; }
    public FoundNode? NamedBy { get; init; }
    public InspectedContainer? Container { get; init; }
    public OmsConfig? Config { get; init; }
    public Finding? Problem { get; init; }
    public string Address => NodeAddress.Normalize(Node.HostIP);
    public bool IsWritten => Region is not null;
}

/// <summary>What the metadata database says of the installation.</summary>
/// <param name="Regions">The rows of cluster_info; empty if they were not asked for.</param>
/// <param name="Hosts">The hosts of cluster management; empty if they were not asked for.</param>
/// <param name="HighAvailability">The row ha.config; null if it was not asked for.</param>
internal sealed record FoundMetadata(
    string CmDatabase,
    IReadOnlyList<ClusterInfoRow> Regions,
    IReadOnlyList<MetadataHost> Hosts,
    HaConfigRow? HighAvailability)
{
    public IReadOnlyList<ClusterInfoRow> Missing(IReadOnlyList<FoundNode> nodes)
    {
        var locations = nodes.Select(node => node.Config).OfType<OmsConfig>().Select(config => $"{config.CmLocation}")
            .ToHashSet(StringComparer.Ordinal);
        return [.. Regions.Where(row => !locations.Contains(row.Code.Trim()))];
    }

    public string? NameOf(int location) =>
        Regions.FirstOrDefault(row => row.Code.Trim() == $"{location}")?.Region.Trim() is { Length: > 0 } name
            ? name
            : null;
}
