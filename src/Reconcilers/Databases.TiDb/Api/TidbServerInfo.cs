namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /info of a TiDB (docs/research/tidb.md#tidb-server).</summary>
/// <param name="DdlId">Its id among the owners of DDL.</param>
/// <param name="IsOwner">Whether it carries DDL out.</param>
/// <param name="Address">HOST:PORT of its SQL port, as it reports itself.</param>
/// <param name="Version">Its version, plain: 3.0.9.</param>
internal sealed record TidbServerInfo(string DdlId, bool IsOwner, string Address, string Version);
