namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The database that is upgraded.</summary>
public enum DatabaseEngine
{
    /// <summary>YugabyteDB, or BMDB by its dialect.</summary>
    YugabyteDB,

    /// <summary>TiDB with PD, TiKV and its tools.</summary>
    TiDB,
}
