namespace Drydock.Reconcilers.Oms;

/// <summary>One region as the config.yaml files of its nodes have it.</summary>
internal sealed record DiscoveredRegion
{
    /// <summary>Name in the spec.</summary>
    public required string Name { get; init; }

    /// <summary>cm_location.</summary>
    public required int Location { get; init; }

    /// <summary>drc_cm_heartbeat_db.</summary>
    public required string HeartbeatDatabase { get; init; }

    /// <summary>Names of its nodes, in the order of the spec.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>
    /// Whether cm_nodes is the same set on all of its nodes; docker_init.sh then runs once in the region
    /// (docs/research/oms.md#initialisation).
    /// </summary>
    public required bool SameNodesEverywhere { get; init; }
}
