namespace Drydock.Reconcilers.Oms;

/// <summary>Builds an <see cref="OmsTopology"/> and collects every contradiction.</summary>
internal sealed class TopologyBuilder
{
    private const string DefaultRegionName = "default";

    private readonly IReadOnlyList<NodeConfig> _all;
    private readonly List<ReadNode> _nodes;
    private readonly List<Finding> _findings = [];

    internal TopologyBuilder(IReadOnlyList<NodeConfig> nodes)
    {
        _all = nodes;
        _nodes = [.. nodes.Where(node => node.Config is not null)
            .Select(node => new ReadNode(node.Node, node.Region, node.HostIp, node.Config!))];
    }

    internal TopologyResult Build()
    {
        if (_nodes.Count == 0)
        {
            Add(Reasons.NodesDiffer, "No node's config.yaml could be read; expected at least one node.");
            return new TopologyResult(null, _findings);
        }

        var regions = _nodes.GroupBy(node => node.Region, StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Nodes: group.ToList()))
            .ToList();
        SharedByAll();
        SpecAddresses();
        foreach (var (name, nodes) in regions)
        {
            SharedByRegion(name, nodes);
            RegionName(name, nodes, regions.Count);
            NodesOfRegion(name, nodes);
        }

        Across(regions);
        var first = _nodes[0].Config;
        var topology = new OmsTopology
        {
            MetaHost = first.MetaHost,
            MetaPort = first.MetaPort,
            MetaUser = first.MetaUser,
            MetaPassword = first.MetaPassword,
            RmDatabase = first.RmDatabase,
            CmDatabase = first.CmDatabase,
            Regions = [.. regions.Select(region => Region(region.Name, region.Nodes))],
        };

        // A node that could not be read has its own finding; the configuration of the others still counts.
        return new TopologyResult(_findings.Count == 0 && _nodes.Count == _all.Count ? topology : null, _findings);
    }

    private static OmsTopologyRegion Region(string name, List<ReadNode> nodes)
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
            Nodes = [.. nodes.Select(node => new OmsTopologyNode(node.Node, node.HostIp, node.Config.Ports))],
        };
    }

    private void SharedByAll()
    {
        // Two proxies, or a name and an address, may lead to one server: MetadataPreflight asks the servers.
        Agree(_nodes, "drc_rm_db", "all nodes", config => config.RmDatabase);
        Agree(_nodes, "drc_cm_db", "all nodes", config => config.CmDatabase);
    }

    private void SharedByRegion(string region, List<ReadNode> nodes)
    {
        var whole = $"all nodes of region '{region}'";
        Agree(nodes, "drc_cm_heartbeat_db", whole, config => config.HeartbeatDatabase);
        Agree(nodes, "cm_location", whole, config => Number(config.CmLocation));
        Agree(nodes, "cm_region", whole, config => config.CmRegion ?? "");
        Agree(nodes, "cm_is_default", whole, config => config.CmIsDefault ? "true" : "false");
    }

    private void RegionName(string region, List<ReadNode> nodes, int regionCount)
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
                nodes[0].Node);
        }
    }

    private void NodesOfRegion(string region, List<ReadNode> nodes)
    {
        var known = NodeAddress.Set(nodes.SelectMany(node => node.Config.CmNodes));
        var spec = NodeAddress.Set(_all.Where(node => node.Region == region).Select(node => node.HostIp));
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
                $"Node {node.Node} has hostIP {node.HostIp}, which is not in cm_nodes of region '{region}' "
                    + $"({string.Join(", ", known)}). Correct hostIP in the spec, or cm_nodes.",
                node.Node);
        }
    }

    private void SpecAddresses()
    {
        foreach (var group in _all.GroupBy(node => NodeAddress.Normalize(node.HostIp), StringComparer.Ordinal)
            .Where(group => group.Skip(1).Any()))
        {
            Add(
                Reasons.NodesDiffer,
                $"Nodes {string.Join(", ", group.Select(node => node.Node))} have the same hostIP {group.Key}; "
                    + "expected a different one for each.");
        }
    }

    private void Across(List<(string Name, List<ReadNode> Nodes)> regions)
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
                    + $"{Number(group.Key)}; expected a different one for each.");
        }

        var uses = new List<(string Database, string Use)>
        {
            (_nodes[0].Config.RmDatabase, "drc_rm_db"),
            (_nodes[0].Config.CmDatabase, "drc_cm_db"),
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

    private void Agree(IReadOnlyList<ReadNode> nodes, string key, string whole, Func<OmsConfig, string> value)
    {
        var first = nodes[0];
        foreach (var node in nodes.Skip(1)
            .Where(node => !string.Equals(value(node.Config), value(first.Config), StringComparison.Ordinal)))
        {
            // Within a region one host is wrong; between regions the regions contradict each other.
            Add(
                node.Region == first.Region ? Reasons.ConfigUnreadable : Reasons.RegionsInvalid,
                $"Node {node.Node}{(node.Region == first.Region ? "" : $" of region '{node.Region}'")}: "
                    + $"{key} is '{value(node.Config)}', on node {first.Node} '{value(first.Config)}'; expected the "
                    + $"same on {whole}. Correct config.yaml on one of them.",
                node.Node);
        }
    }

    private sealed record ReadNode(string Node, string Region, string HostIp, OmsConfig Config);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void Add(string reason, string message, string? node = null) =>
        _findings.Add(new Finding { Reason = reason, Message = message, Node = node });
}
