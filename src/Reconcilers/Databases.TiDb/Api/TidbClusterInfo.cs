namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /info/all (docs/research/tidb.md#tidb-server): every TiDB that is registered.</summary>
/// <param name="OwnerId">Who carries DDL out.</param>
/// <param name="IsConsistent">Whether all are of one version, by the cluster's own word. Absent is false.</param>
/// <param name="Servers">All of them.</param>
internal sealed record TidbClusterInfo(string OwnerId, bool IsConsistent, IReadOnlyList<TidbServerInfo> Servers);
