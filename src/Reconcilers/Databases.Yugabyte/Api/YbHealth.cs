namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// /api/v1/health-check of the leading master (docs/research/yugabytedb.md#master-pages). It does not look at read
/// replicas.
/// </summary>
/// <param name="DeadNodes">Ids of tablet servers without heartbeat for longer than the master waits.</param>
/// <param name="UnderReplicated">Ids of tablets with too few replicas.</param>
internal sealed record YbHealth(IReadOnlyList<string> DeadNodes, IReadOnlyList<string> UnderReplicated);
