namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// /api/v1/cluster-config of the leading master: protobuf as JSON, in which what has no value is absent
/// (docs/research/yugabytedb.md#master-pages).
/// </summary>
internal sealed record YbClusterConfig
{
    /// <summary>What the universe is called by its own id.</summary>
    public required string UniverseUuid { get; init; }

    /// <summary>The replication factor that is configured; null where none is, and the masters' flag counts.</summary>
    public int? ReplicationFactor { get; init; }

    /// <summary>RPC addresses of tablet servers that are to have no leaders.</summary>
    public IReadOnlyList<ServiceAddress> LeaderBlacklist { get; init; } = [];

    /// <summary>RPC addresses of tablet servers that are to have no data.</summary>
    public IReadOnlyList<ServiceAddress> ServerBlacklist { get; init; } = [];

    /// <summary>Replication groups of which this universe is the target.</summary>
    public IReadOnlyList<YbInboundGroup> Groups { get; init; } = [];
}
