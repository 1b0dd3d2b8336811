namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>GET /info of a TiDB (docs/research/tidb.md#tidb-server).</summary>
/// <param name="DdlId">Its id among the owners of DDL.</param>
/// <param name="IsOwner">Whether it carries DDL out.</param>
/// <param name="Address">HOST:PORT of its SQL port, as it reports itself.</param>
/// <param name="Version">Its version, plain: 3.0.9.</param>
internal sealed record TidbServerInfo(string DdlId, bool IsOwner, string Address, string Version)
{
    /// <summary>Whether it writes no binlog any more since a write failed: its changes are missing downstream. False
    /// where the server does not say (docs/research/tidb.md#tidb-server).</summary>
    public bool SkipsBinlog { get; init; }

    public int? StatusPort { get; init; }
}

/// <summary>GET /info/all (docs/research/tidb.md#tidb-server): every TiDB that is registered.</summary>
/// <param name="OwnerId">Who carries DDL out.</param>
/// <param name="IsConsistent">Whether all are of one version, as the cluster reports it. Absent is false.</param>
/// <param name="Servers">All of them.</param>
internal sealed record TidbClusterInfo(string OwnerId, bool IsConsistent, IReadOnlyList<TidbServerInfo> Servers);
