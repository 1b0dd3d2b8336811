namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What a process of a database is.</summary>
public enum DatabaseComponent
{
    /// <summary>YugabyteDB: yb-master, mserver.</summary>
    Master,

    /// <summary>YugabyteDB: yb-tserver, dbserver.</summary>
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
