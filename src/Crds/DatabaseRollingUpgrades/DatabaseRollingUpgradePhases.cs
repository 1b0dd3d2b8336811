namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Values of <c>status.phase</c> of a DatabaseRollingUpgrade in addition to <see cref="RunPhases"/>. Clients
/// treat unknown values as in progress.</summary>
public static class DatabaseRollingUpgradePhases
{
    /// <summary>The new version is copied to every host, unpacked next to the old one and checked.</summary>
    public const string PreparePackage = "PreparePackage";

    /// <summary>TiDB: configuration files and PD's own configuration are saved.</summary>
    public const string SaveConfiguration = "SaveConfiguration";

    /// <summary>TiDB: the full backup.</summary>
    public const string Backup = "Backup";

    /// <summary>TiDB: the new configuration files are written next to the old ones and checked by the new
    /// programs.</summary>
    public const string MigrateConfiguration = "MigrateConfiguration";

    /// <summary>TiDB: PD members, the leader last.</summary>
    public const string UpgradePD = "UpgradePD";

    /// <summary>TiDB: stores, one after another. Each is drained first.</summary>
    public const string UpgradeTiKV = "UpgradeTiKV";

    /// <summary>TiDB: pumps.</summary>
    public const string UpgradePump = "UpgradePump";

    /// <summary>TiDB: SQL servers; the first one upgrades the system tables.</summary>
    public const string UpgradeTiDB = "UpgradeTiDB";

    /// <summary>TiDB: merging is limited.</summary>
    public const string LimitMerging = "LimitMerging";

    /// <summary>TiDB: drainers.</summary>
    public const string UpgradeDrainer = "UpgradeDrainer";

    /// <summary>TiDB: monitoring services.</summary>
    public const string UpgradeMonitoring = "UpgradeMonitoring";

    /// <summary>TiDB: Spark's JAR.</summary>
    public const string UpgradeTiSpark = "UpgradeTiSpark";

    /// <summary>The whole system is checked.</summary>
    public const string Verify = "Verify";

    /// <summary>TiDB: after verification, limits are raised in steps. This can take days and never fails the
    /// upgrade.</summary>
    public const string TuneScheduling = "TuneScheduling";

    /// <summary>YugabyteDB: replication is paused.</summary>
    public const string PauseReplication = "PauseReplication";

    /// <summary>YugabyteDB: masters, the leader last.</summary>
    public const string UpgradeMasters = "UpgradeMasters";

    /// <summary>YugabyteDB: tablet servers.</summary>
    public const string UpgradeTServers = "UpgradeTServers";

    /// <summary>YugabyteDB: every process must run the new version.</summary>
    public const string VerifyVersions = "VerifyVersions";

    /// <summary>YugabyteDB: only AutoFlags that can be rolled back are promoted.</summary>
    public const string PromoteVolatileFlags = "PromoteVolatileFlags";

    /// <summary>YugabyteDB: the new version runs for a time before the upgrade is made final.</summary>
    public const string Finalize = "Finalize";

    /// <summary>YugabyteDB: AutoFlags are promoted. This is the point of no return.</summary>
    public const string PromoteAutoFlags = "PromoteAutoFlags";

    /// <summary>YugabyteDB: the SQL catalogue is upgraded.</summary>
    public const string UpgradeCatalog = "UpgradeCatalog";

    /// <summary>YugabyteDB: replication is resumed.</summary>
    public const string ResumeReplication = "ResumeReplication";

    /// <summary>Rollback of YugabyteDB: AutoFlags are reverted.</summary>
    public const string RollbackAutoFlags = "RollbackAutoFlags";

    /// <summary>Rollback of YugabyteDB: tablet servers run the old programs again.</summary>
    public const string RollbackTServers = "RollbackTServers";

    /// <summary>Rollback of YugabyteDB: masters run the old programs again, the leader last.</summary>
    public const string RollbackMasters = "RollbackMasters";

    /// <summary>Rollback before the first instance was stopped: new files are removed or kept, and replication is
    /// resumed.</summary>
    public const string Undo = "Undo";

    /// <summary>The phases of a rollback, in their order.</summary>
    public static IReadOnlyList<string> OfRollback { get; } =
        [Undo, RollbackAutoFlags, RollbackTServers, RollbackMasters, Verify, ResumeReplication];
}
