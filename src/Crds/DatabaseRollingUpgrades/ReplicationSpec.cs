using Drydock.Abstractions.Entities;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>xCluster (xDCR) replication the cluster takes part in.</summary>
public sealed record ReplicationSpec
{
    /// <summary>
    /// How it is carried through. Without it by the versions: before 2.20 PauseBothSides, as the vendor's procedure has
    /// it; from 2.20 on TargetFirst.
    /// </summary>
    public ReplicationMode? Mode { get; init; }

    /// <summary>
    /// Every replication group in which this cluster is a target or whose other direction runs at the peer. Groups that
    /// are found and not listed stop preflight.
    /// </summary>
    [ListMap("name")]
    [Items(32)]
    public List<ReplicationGroup> Groups { get; init => field = value ?? []; } = [];
}
