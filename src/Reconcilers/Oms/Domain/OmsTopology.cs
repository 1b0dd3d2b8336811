namespace Drydock.Reconcilers.Oms;

/// <summary>What an OMS system consists of, according to the config.yaml files of all its nodes.</summary>
internal sealed record OmsTopology
{
    public required string MetaHost { get; init; }

    public required int MetaPort { get; init; }

    public required string MetaUser { get; init; }

    public required Secret MetaPassword { get; init; }

    public required string RmDatabase { get; init; }

    public required string CmDatabase { get; init; }

    public required IReadOnlyList<OmsTopologyRegion> Regions { get; init; }

    /// <summary>All databases to back up: rm, cm, and every region's heartbeat database.</summary>
    public IReadOnlyList<string> Databases =>
        [RmDatabase, CmDatabase, .. Regions.Select(region => region.HeartbeatDatabase)];

    public IReadOnlyList<OmsTopologyNode> Nodes => [.. Regions.SelectMany(region => region.Nodes)];

    public static TopologyResult Build(IReadOnlyList<NodeConfig> nodes)
    {
        return new TopologyBuilder(nodes).Build();
    }

    /// <summary>Compares with the regions OMS itself has (<c>cluster_info</c>): a region that is missing in the spec
    /// would be left half upgraded. An empty table is not a finding: the installation's own tool fills it.</summary>
    public IReadOnlyList<Finding> CompareWith(IReadOnlyCollection<ClusterInfoRow> rows)
    {
        var problems = new List<string>();
        if (rows.Count == 0)
        {
            return [];
        }

        var byCode = Regions.ToDictionary(
            region => region.CmLocation.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (!byCode.TryGetValue(row.Code.Trim(), out var region))
            {
                problems.Add(
                    $"OMS has a region '{row.Region}' with cm_location {row.Code} (cluster_info) that is missing in "
                        + "the spec; all regions must be upgraded together. Add it to spec.regions, or remove a region "
                        + "that no longer exists from OMS.");
            }
            else if (region.CmRegion is { } name && row.Region.Trim() is { Length: > 0 } known
                && !string.Equals(name, known, StringComparison.Ordinal) && Regions.Count > 1)
            {
                problems.Add(
                    $"OMS has the region with cm_location {row.Code} as '{known}' (cluster_info), but its config.yaml "
                        + $"has cm_region: '{name}'. Make them agree before the upgrade.");
            }
            else if (row.IsDefault != region.IsDefault)
            {
                problems.Add(
                    $"OMS has region '{region.Name}' as "
                        + $"{(row.IsDefault ? "the default region" : "a region that is not the default")} "
                        + "(cluster_info), but its config.yaml has cm_is_default: "
                        + $"{(region.IsDefault ? "true" : "false")}. Make them agree before the upgrade.");
            }
        }

        var codes = rows.Select(row => row.Code.Trim()).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(byCode
            .Where(pair => !codes.Contains(pair.Key))
            .Select(pair =>
                $"Region '{pair.Value.Name}' with cm_location {pair.Key} is not among the regions of OMS "
                    + "(cluster_info). Correct cm_location in its config.yaml, or remove it from spec.regions."));
        return [.. problems.Select(problem => new Finding { Reason = Reasons.RegionsInvalid, Message = problem })];
    }
}

/// <summary>A region of an OMS system.</summary>
internal sealed record OmsTopologyRegion
{
    public required string Name { get; init; }

    public required string? CmRegion { get; init; }

    public required int CmLocation { get; init; }

    public required string HeartbeatDatabase { get; init; }

    public required bool IsDefault { get; init; }

    /// <summary>The keys of config.yaml whose values differ between its nodes, other than the address and account of
    /// the same metadata server. Empty: docker_init.sh runs on the first node only, otherwise on each
    /// (docs/research/oms.md#initialisation).</summary>
    public required IReadOnlyList<string> DifferentKeys { get; init; }

    public required IReadOnlyList<OmsTopologyNode> Nodes { get; init; }

    public IReadOnlyList<OmsTopologyNode> InitNodes => DifferentKeys.Count == 0 ? [Nodes[0]] : Nodes;
}

/// <summary>A node of an OMS system.</summary>
/// <param name="Name">Its name in the spec.</param>
/// <param name="HostIp">Its address as the spec gives it.</param>
/// <param name="Ports">Its ports.</param>
internal sealed record OmsTopologyNode(string Name, string HostIp, OmsPorts Ports);

/// <summary>A node of the spec and the config.yaml that was read on it.</summary>
/// <param name="Node">The node's name in the spec.</param>
/// <param name="Region">The region of the spec it is in (<c>default</c> where the spec names none).</param>
/// <param name="HostIp">Its OMS_HOST_IP.</param>
/// <param name="Config">Its config.yaml; null if it could not be read, which has its own finding.</param>
internal sealed record NodeConfig(string Node, string Region, string HostIp, OmsConfig? Config);

/// <summary>A system's topology, or why it makes no sense.</summary>
/// <param name="Topology">The topology; null if there are findings.</param>
/// <param name="Findings">All that was found, not the first.</param>
internal sealed record TopologyResult(OmsTopology? Topology, IReadOnlyList<Finding> Findings);
