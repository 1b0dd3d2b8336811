namespace Drydock.Reconcilers.Oms;

/// <summary>A region of an OMS system.</summary>
internal sealed record OmsTopologyRegion
{
    /// <summary>Its name in the spec.</summary>
    public required string Name { get; init; }

    /// <summary><c>cm_region</c>; null if config.yaml has none.</summary>
    public required string? CmRegion { get; init; }

    /// <summary><c>cm_location</c>.</summary>
    public required int CmLocation { get; init; }

    /// <summary>Its heartbeat database.</summary>
    public required string HeartbeatDatabase { get; init; }

    /// <summary>Whether it is the default region.</summary>
    public required bool IsDefault { get; init; }

    /// <summary>
    /// True if <c>cm_nodes</c> is the same set on all its nodes: then docker_init.sh runs on the first one only,
    /// otherwise on each (docs/research/oms.md#initialisation).
    /// </summary>
    public required bool SameCmNodes { get; init; }

    /// <summary>Its nodes, in the order of the spec.</summary>
    public required IReadOnlyList<OmsTopologyNode> Nodes { get; init; }

    /// <summary>The nodes docker_init.sh runs on.</summary>
    public IReadOnlyList<OmsTopologyNode> InitNodes => SameCmNodes ? [Nodes[0]] : Nodes;
}
