namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Values of <c>status.phase</c> of a DatabaseRollingUpgrade. Clients treat others as in progress.</summary>
public static class DatabaseRollingUpgradePhases
{
    /// <summary>Seen, nothing looked at yet, or waiting for the target (TargetBusy).</summary>
    public const string Pending = "Pending";

    /// <summary>Everything is checked; nothing is changed.</summary>
    public const string Preflight = "Preflight";

    /// <summary>The new version is brought to every host, unpacked beside the old one and checked.</summary>
    public const string PreparePackage = "PreparePackage";

    /// <summary>TiDB: configuration files and PD's own configuration are saved.</summary>
    public const string SaveConfiguration = "SaveConfiguration";

    /// <summary>TiDB: the full backup.</summary>
    public const string Backup = "Backup";

    /// <summary>
    /// TiDB: the new configuration files are put beside the old ones and checked by the new programs.
    /// </summary>
    public const string MigrateConfiguration = "MigrateConfiguration";

    /// <summary>TiDB: PD members, the leader last.</summary>
    public const string UpgradePD = "UpgradePD";

    /// <summary>TiDB: stores, one after the other, each drained before.</summary>
    public const string UpgradeTiKV = "UpgradeTiKV";

    /// <summary>TiDB: pumps.</summary>
    public const string UpgradePump = "UpgradePump";

    /// <summary>TiDB: SQL servers; the first one upgrades the system tables.</summary>
    public const string UpgradeTiDB = "UpgradeTiDB";

    /// <summary>TiDB: merging is limited.</summary>
    public const string LimitMerging = "LimitMerging";

    /// <summary>TiDB: drainers.</summary>
    public const string UpgradeDrainer = "UpgradeDrainer";

    /// <summary>TiDB: services of the monitoring.</summary>
    public const string UpgradeMonitoring = "UpgradeMonitoring";

    /// <summary>TiDB: Spark's JAR.</summary>
    public const string UpgradeTiSpark = "UpgradeTiSpark";

    /// <summary>TiDB: everything together is checked.</summary>
    public const string Verify = "Verify";

    /// <summary>TiDB: after Verified, limits are raised in steps. May take days; never fails the upgrade.</summary>
    public const string TuneScheduling = "TuneScheduling";

    /// <summary>YugabyteDB: replication is paused.</summary>
    public const string PauseReplication = "PauseReplication";

    /// <summary>YugabyteDB: masters, the leader last.</summary>
    public const string UpgradeMasters = "UpgradeMasters";

    /// <summary>YugabyteDB: tablet servers.</summary>
    public const string UpgradeTServers = "UpgradeTServers";

    /// <summary>YugabyteDB: every process is of the new version.</summary>
    public const string VerifyVersions = "VerifyVersions";

    /// <summary>YugabyteDB: AutoFlags are promoted: the point of no return.</summary>
    public const string PromoteAutoFlags = "PromoteAutoFlags";

    /// <summary>YugabyteDB: the SQL catalogue is upgraded.</summary>
    public const string UpgradeCatalog = "UpgradeCatalog";

    /// <summary>YugabyteDB: replication goes on.</summary>
    public const string ResumeReplication = "ResumeReplication";

    /// <summary>Of the way back, YugabyteDB: AutoFlags are as they were.</summary>
    public const string RollbackAutoFlags = "RollbackAutoFlags";

    /// <summary>Of the way back, YugabyteDB: tablet servers on the old programs.</summary>
    public const string RollbackTServers = "RollbackTServers";

    /// <summary>Of the way back, YugabyteDB: masters on the old programs, the leader last.</summary>
    public const string RollbackMasters = "RollbackMasters";

    /// <summary>
    /// Of the way back before the first instance was stopped: what was put beside the old is removed or left,
    /// replication goes on.
    /// </summary>
    public const string Undo = "Undo";

    /// <summary>Ended: mode Plan, the plan is ready and nothing was changed.</summary>
    public const string Planned = "Planned";

    /// <summary>Ended: the new version runs.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The way back is being taken, or its plan waits for approval.</summary>
    public const string RollingBack = "RollingBack";

    /// <summary>Ended: the former version runs.</summary>
    public const string RolledBack = "RolledBack";

    /// <summary>Stopped by a failure; goes on by a repair and a retry.</summary>
    public const string Failed = "Failed";

    /// <summary>The phases of a TiDB plan, in their order.</summary>
    public static IReadOnlyList<string> OfTiDb { get; } =
    [
        Preflight, PreparePackage, SaveConfiguration, Backup, MigrateConfiguration, UpgradePD, UpgradeTiKV, UpgradePump, UpgradeTiDB, LimitMerging,
        UpgradeDrainer, UpgradeMonitoring, UpgradeTiSpark, Verify, TuneScheduling,
    ];

    /// <summary>The phases of a YugabyteDB plan, in their order.</summary>
    public static IReadOnlyList<string> OfYugabyte { get; } =
    [
        Preflight, PreparePackage, PauseReplication, UpgradeMasters, UpgradeTServers, VerifyVersions, PromoteAutoFlags, UpgradeCatalog, ResumeReplication,
    ];

    /// <summary>The phases of the way back, in their order.</summary>
    public static IReadOnlyList<string> OfRollback { get; } = [Undo, RollbackAutoFlags, RollbackTServers, RollbackMasters, ResumeReplication];

    /// <summary>True when nothing of a run in this phase is left to do, so that identity fields may change.</summary>
    public static bool IsEnded(string? phase) => phase is Planned or Succeeded or RolledBack;
}
