namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The statements that TiDB is asked. All of them only read.</summary>
internal interface IDatabaseSql
{
    Task<IReadOnlyList<DdlJob>> UnfinishedDdlAsync(CancellationToken cancellationToken);

    /// <summary>tidb_server_version of mysql.tidb: the version of the system tables, raised by the bootstrap of the
    /// first new TiDB (docs/research/tidb.md#tidb-server).</summary>
    /// <exception cref="DatabaseSqlException">No TiDB could be asked, or it refused.</exception>
    Task<long> BootstrapVersionAsync(CancellationToken cancellationToken);

    /// <summary>SHOW PUMP STATUS; null where this version does not know it (from 2.1.7 on;
    /// docs/research/tidb.md#pump-and-drainer).</summary>
    /// <exception cref="DatabaseSqlException">No TiDB could be asked, or it refused.</exception>
    Task<IReadOnlyList<BinlogNode>?> PumpsAsync(CancellationToken cancellationToken);

    /// <summary>SHOW DRAINER STATUS; null where this version does not know it.</summary>
    /// <exception cref="DatabaseSqlException">No TiDB could be asked, or it refused.</exception>
    Task<IReadOnlyList<BinlogNode>?> DrainersAsync(CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> DatabasesAsync(CancellationToken cancellationToken);

    Task<bool> AnswersAsync(Endpoint server, CancellationToken cancellationToken);
}
