namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>By which names a YugabyteDB goes: a preset of program, flag and page names.</summary>
public enum YugabyteDialect
{
    /// <summary>yb-master, yb-tserver, yb-admin, upgrade_ysql, xCluster.</summary>
    Yugabyte,

    /// <summary>mserver, dbserver, bm-admin, upgrade_bsql, xDCR.</summary>
    BMDB,
}
