namespace Drydock.Reconcilers.Oms;

/// <summary>What an OMS system consists of, according to the config.yaml files of all its nodes.</summary>
internal sealed record OmsTopology
{
    public required string Account { get; init; }

    public required string RmDatabase { get; init; }
    public required string CmDatabase { get; init; }
    public required IReadOnlyList<OmsTopologyRegion> Regions { get; init; }
    public IReadOnlyList<string> HeartbeatDatabases => [.. Regions.Select(region => region.HeartbeatDatabase)];

    /// <summary>All databases to back up: rm, cm, and every region's heartbeat database.</summary>
    public IReadOnlyList<string> Databases => [RmDatabase, CmDatabase, .. HeartbeatDatabases];

    /// <summary>A system's topology, or null with all that makes no sense.</summary>
    public static (OmsTopology? Topology, IReadOnlyList<Finding> Findings) Build(IReadOnlyList<NodeConfig> nodes)
    {
        var builder = new TopologyBuilder(nodes);
        return (builder.Build(), builder.Findings);
    }

    /// <summary>Compares with the regions OMS itself has (<c>cluster_info</c>): a region that is missing in the spec
    /// would be left half upgraded. An empty table is not a finding: the installation's own tool fills it.</summary>
    public IReadOnlyList<Finding> CompareWith(IReadOnlyCollection<ClusterInfoRow> rows)
    {
        var byCode = Regions.ToDictionary(region => $"{region.CmLocation}", StringComparer.Ordinal);
        var codes = rows.Select(row => row.Code.Trim()).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. rows.Select(row => Problem(row, byCode.GetValueOrDefault(row.Code.Trim()))).OfType<string>()
                .Concat(byCode.Where(pair => rows.Count > 0 && !codes.Contains(pair.Key)).Select(pair =>
                    $"Region '{pair.Value.Name}' with cm_location {pair.Key} is not among the regions of OMS "
                        + "(cluster_info). Correct cm_location in its config.yaml, or remove it from spec.regions."))
                .Select(problem => new Finding { Reason = Reasons.RegionsInvalid, Message = problem }),
        ];
    }

    private string? Problem(ClusterInfoRow row, OmsTopologyRegion? region) => region switch
    {
        null =>
            $"OMS has a region '{row.Region}' with cm_location {row.Code} (cluster_info) that is missing in the spec; "
                + "all regions must be upgraded together. Add it to spec.regions, or remove a region that no longer "
                + "exists from OMS.",
        { CmRegion: { } name } when Regions.Count > 1
            && row.Region.Trim() is { Length: > 0 } known && !string.Equals(name, known, StringComparison.Ordinal) =>
            $"OMS has the region with cm_location {row.Code} as '{known}' (cluster_info), but its config.yaml has "
                + $"cm_region: '{name}'. Make them agree before the upgrade.",
        _ when row.IsDefault != region.IsDefault =>
            $"OMS has region '{region.Name}' as "
                + $"{(row.IsDefault ? "the default region" : "a region that is not the default")} (cluster_info), but "
                + $"its config.yaml has cm_is_default: {(region.IsDefault ? "true" : "false")}. Make them agree before "
                + "the upgrade.",
        _ => null,
    };
}

internal sealed record OmsTopologyRegion
{
    public required string Name { get; init; }
    public required string? CmRegion { get; init; }
    public required int CmLocation { get; init; }
    public required string HeartbeatDatabase { get; init; }
    public required bool IsDefault { get; init; }

    /// <summary>The keys of config.yaml whose values differ between its nodes, other than the address and account of
    /// the same metadata server. Empty: docker_init.sh runs on the first node only, otherwise on each
    /// (docs/project/research/oms.md#initialisation).</summary>
    public required IReadOnlyList<string> DifferentKeys { get; init; }

    public required IReadOnlyList<OmsTopologyNode> Nodes { get; init; }
    public bool SameConfiguration => DifferentKeys.Count == 0;
}

/// <summary>A node of an OMS system; unlike its config.yaml without secrets.</summary>
/// <param name="HostIp">Its address as the spec gives it.</param>
internal sealed record OmsTopologyNode(string Name, string HostIp);

/// <summary>A node of the spec and the config.yaml that was read on it.</summary>
/// <param name="Region">The region of the spec it is in (<c>default</c> where the spec names none).</param>
/// <param name="HostIp">Its OMS_HOST_IP.</param>
internal sealed record NodeConfig(string Name, string Region, string HostIp, OmsConfig Config);

/// <summary>Builds an <see cref="OmsTopology"/> and collects every contradiction.</summary>
internal sealed class TopologyBuilder(IReadOnlyList<NodeConfig> allNodes)
{
    private const string DefaultRegionName = "default";

    internal List<Finding> Findings { get; } = [];

    internal OmsTopology? Build()
    {
        if (allNodes.Count == 0)
        {
            Add(Reasons.NodesDiffer, "No node's config.yaml could be read; expected at least one node.");
            return null;
        }

        var regions = allNodes.GroupBy(node => node.Region, StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Nodes: group.ToList()))
            .ToList();

        // Two proxies, or a name and an address, may lead to one server: MetadataPreflight asks the servers.
        Agree(allNodes, "drc_rm_db", "all nodes", config => config.RmDatabase);
        Agree(allNodes, "drc_cm_db", "all nodes", config => config.CmDatabase);
        SpecAddresses();
        foreach (var (name, nodes) in regions)
        {
            SharedByRegion(name, nodes);
            RegionName(name, nodes, regions.Count);
            NodesOfRegion(name, nodes);
        }

        Across(regions);
        return Findings.Count > 0
            ? null
            : new OmsTopology
            {
                Account = allNodes[0].Config.Account,
                RmDatabase = allNodes[0].Config.RmDatabase,
                CmDatabase = allNodes[0].Config.CmDatabase,
                Regions = [.. regions.Select(region => Region(region.Name, region.Nodes))],
            };
    }

    private static OmsTopologyRegion Region(string name, List<NodeConfig> nodes)
    {
        var config = nodes[0].Config;
        return new OmsTopologyRegion
        {
            Name = name,
            CmRegion = config.CmRegion,
            CmLocation = config.CmLocation,
            HeartbeatDatabase = config.HeartbeatDatabase,
            IsDefault = config.CmIsDefault,
            DifferentKeys =
            [
                .. nodes.SelectMany(node => config.DifferentKeys(node.Config))
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ],
            Nodes = [.. nodes.Select(node => new OmsTopologyNode(node.Name, node.HostIp))],
        };
    }

    private void SharedByRegion(string region, List<NodeConfig> nodes)
    {
        var whole = $"all nodes of region '{region}'";
        Agree(nodes, "drc_cm_heartbeat_db", whole, config => config.HeartbeatDatabase);
        Agree(nodes, "cm_location", whole, config => $"{config.CmLocation}");
        Agree(nodes, "cm_region", whole, config => config.CmRegion ?? "");
        Agree(nodes, "cm_is_default", whole, config => config.CmIsDefault ? "true" : "false");
    }

    private void RegionName(string region, List<NodeConfig> nodes, int regionCount)
    {
        var cmRegion = nodes[0].Config.CmRegion;
        if (regionCount == 1 && (region == DefaultRegionName || cmRegion is null))
        {
            return;
        }

        if (!string.Equals(region, cmRegion, StringComparison.Ordinal))
        {
            Add(
                Reasons.RegionsInvalid,
                $"Region '{region}' of the spec has nodes whose config.yaml says cm_region: "
                    + $"{(cmRegion is null ? "nothing" : $"'{cmRegion}'")}; expected the same name. "
                    + "Correct spec.regions or cm_region.",
                nodes[0].Name);
        }
    }

    private void NodesOfRegion(string region, List<NodeConfig> nodes)
    {
        var known = NodeAddress.Set(nodes.SelectMany(node => node.Config.CmNodes));
        var spec = NodeAddress.Set(allNodes.Where(node => node.Region == region).Select(node => node.HostIp));
        foreach (var address in known.Except(spec, StringComparer.Ordinal))
        {
            Add(
                Reasons.NodesDiffer,
                $"cm_nodes of region '{region}' has {address}, which is not a node of the spec; "
                    + "all nodes must be upgraded together. Add it to spec.regions, or remove a node that no longer "
                    + "exists from cm_nodes.");
        }

        foreach (var node in nodes.Where(node => !known.Contains(NodeAddress.Normalize(node.HostIp))))
        {
            Add(
                Reasons.NodesDiffer,
                $"Node {node.Name} has hostIP {node.HostIp}, which is not in cm_nodes of region '{region}' "
                    + $"({string.Join(", ", known)}). Correct hostIP in the spec, or cm_nodes.",
                node.Name);
        }
    }

    private void SpecAddresses()
    {
        foreach (var group in allNodes.GroupBy(node => NodeAddress.Normalize(node.HostIp), StringComparer.Ordinal)
            .Where(group => group.Skip(1).Any()))
        {
            Add(
                Reasons.NodesDiffer,
                $"Nodes {string.Join(", ", group.Select(node => node.Name))} have the same hostIP {group.Key}; "
                    + "expected a different one for each.");
        }
    }

    private void Across(List<(string Name, List<NodeConfig> Nodes)> regions)
    {
        var defaults = regions.Where(region => region.Nodes[0].Config.CmIsDefault)
            .Select(region => $"'{region.Name}'")
            .ToList();
        if (defaults.Count != 1)
        {
            Add(
                Reasons.RegionsInvalid,
                $"{(defaults.Count == 0 ? "No region has" : $"Regions {string.Join(", ", defaults)} all have")} "
                    + "cm_is_default: true; expected exactly one. Correct cm_is_default in the config.yaml of the "
                    + "other nodes.");
        }

        foreach (var group in regions.GroupBy(region => region.Nodes[0].Config.CmLocation)
            .Where(group => group.Skip(1).Any()))
        {
            Add(
                Reasons.RegionsInvalid,
                $"Regions {string.Join(", ", group.Select(region => $"'{region.Name}'"))} all have cm_location "
                    + $"{group.Key}; expected a different one for each.");
        }

        var uses = new List<(string Database, string Use)>
        {
            (allNodes[0].Config.RmDatabase, "drc_rm_db"),
            (allNodes[0].Config.CmDatabase, "drc_cm_db"),
        };
        uses.AddRange(
            regions.Select(region =>
                (region.Nodes[0].Config.HeartbeatDatabase, $"drc_cm_heartbeat_db of region '{region.Name}'")));
        foreach (var group in uses.GroupBy(use => use.Database, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Skip(1).Any()))
        {
            Add(
                Reasons.HeartbeatDatabaseShared,
                $"Database '{group.Key}' is {string.Join(" and ", group.Select(use => use.Use))}; "
                    + "expected a different one for each. Correct config.yaml.");
        }

        foreach (var (address, names) in regions
            .SelectMany(region =>
                NodeAddress.Set(region.Nodes.SelectMany(node => node.Config.CmNodes))
                    .Select(address => (address, region.Name)))
            .GroupBy(pair => pair.address, StringComparer.Ordinal)
            .Where(group => group.Skip(1).Any())
            .Select(group => (group.Key, group.Select(pair => $"'{pair.Name}'").ToList())))
        {
            Add(
                Reasons.NodesDiffer,
                $"{address} is in cm_nodes of regions {string.Join(" and ", names)}; expected in one only. "
                    + "Correct cm_nodes.");
        }
    }

    private void Agree(IReadOnlyList<NodeConfig> nodes, string key, string whole, Func<OmsConfig, string> value)
    {
        var first = nodes[0];
        foreach (var node in nodes.Skip(1)
            .Where(node => !string.Equals(value(node.Config), value(first.Config), StringComparison.Ordinal)))
        {
            // Within a region one host is wrong; between regions the regions contradict each other.
            Add(
                node.Region == first.Region ? Reasons.ConfigUnreadable : Reasons.RegionsInvalid,
                $"Node {node.Name}{(node.Region == first.Region ? "" : $" of region '{node.Region}'")}: "
                    + $"{key} is '{value(node.Config)}', on node {first.Name} '{value(first.Config)}'; expected the "
                    + $"same on {whole}. Correct config.yaml on one of them.",
                node.Name);
        }
    }

    private void Add(string reason, string message, string? node = null) =>
        Findings.Add(new Finding { Reason = reason, Message = message, Node = node });
}
