namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Which components belong to which engine. An engine that is not listed here is refused.</summary>
public static class DatabaseEngines
{
    private static readonly Dictionary<DatabaseEngine, DatabaseComponent[]> Table = new()
    {
        [DatabaseEngine.YugabyteDB] = [DatabaseComponent.Master, DatabaseComponent.Tserver],
        [DatabaseEngine.BMDB] = [DatabaseComponent.Master, DatabaseComponent.Tserver],
        [DatabaseEngine.TiDB] =
            [
                DatabaseComponent.PD,
                DatabaseComponent.TiKV,
                DatabaseComponent.Pump,
                DatabaseComponent.TiDB,
                DatabaseComponent.Drainer,
            ],
    };

    /// <summary>The components whose processes belong to the engine.</summary>
    /// <exception cref="NotSupportedException">The engine is not supported.</exception>
    public static IReadOnlyList<DatabaseComponent> Components(this DatabaseEngine engine) =>
        Table.TryGetValue(engine, out var components)
            ? components
            : throw new NotSupportedException(engine.Refusal(Table.Keys));

    /// <summary>Why the engine is refused, which is none of those that are supported.</summary>
    public static string Refusal(this DatabaseEngine engine, IReadOnlyCollection<DatabaseEngine> supported) =>
        $"spec.engine is {engine}, and this operator has no code for it. "
            + $"Set it to {string.Join(" or ", supported)}, or install an operator that supports it.";
}

/// <summary>The database engine.</summary>
public enum DatabaseEngine
{
    /// <summary>TiDB with PD, TiKV and their tools.</summary>
    TiDB,

    /// <summary>yb-master, yb-tserver, yb-admin, upgrade_ysql, xCluster.</summary>
    YugabyteDB,

    /// <summary>mserver, dbserver, bm-admin, upgrade_bsql, xDCR.</summary>
    BMDB,
}

/// <summary>The role of a process in its database.</summary>
public enum DatabaseComponent
{
    /// <summary>YugabyteDB and BMDB: yb-master, mserver.</summary>
    Master,

    /// <summary>YugabyteDB and BMDB: yb-tserver, dbserver.</summary>
    Tserver,

    /// <summary>TiDB: placement driver.</summary>
    PD,

    /// <summary>TiDB: storage.</summary>
    TiKV,

    /// <summary>TiDB: binlog collector.</summary>
    Pump,

    /// <summary>TiDB: SQL server.</summary>
    TiDB,

    /// <summary>TiDB: binlog consumer.</summary>
    Drainer,
}
