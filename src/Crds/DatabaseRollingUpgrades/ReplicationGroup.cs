using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>A replication group and the cluster at its other end.</summary>
public sealed record ReplicationGroup
{
    /// <summary>Its name, as list_universe_replications prints it.</summary>
    [Required]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.ReplicationGroup)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The cluster at the other end.</summary>
    [Required]
    public ReplicationPeer Peer { get; init => field = value ?? new(); } = new();
}
