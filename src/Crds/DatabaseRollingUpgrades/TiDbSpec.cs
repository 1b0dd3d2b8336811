using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What only TiDB has.</summary>
public sealed record TiDbSpec
{
    /// <summary>
    /// Login of an account that may read DDL jobs and the table mysql.tidb: a Secret with the keys username and
    /// password, and optionally ca.crt.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("username", "password", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }

    /// <summary>TLS towards the SQL port.</summary>
    [FieldClass(FieldClass.Access)]
    public DatabaseTls SqlTls { get; init => field = value ?? new(); } = new();

    /// <summary>The full backup before the first instance is stopped.</summary>
    [Required]
    public TiDbBackupSpec Backup { get; init => field = value ?? new(); } = new();

    /// <summary>What the operator changes in the configuration files.</summary>
    public TiDbConfigurationSpec Configuration { get; init => field = value ?? new(); } = new();

    /// <summary>merge-schedule-limit after the upgrade: 2, or 0 where merging must wait for quiet hours.</summary>
    [Range(0, 8)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MergeScheduleLimit { get; set; } = 2;

    /// <summary>Raises merging and replica scheduling in steps once the upgrade is verified.</summary>
    public TuneSchedulingSpec TuneScheduling { get; init => field = value ?? new(); } = new();

    /// <summary>Services of the monitoring that are restarted with new programs, in this order.</summary>
    [ListMap("name")]
    [Items(64)]
    public List<MonitoringService> Monitoring { get; init => field = value ?? []; } = [];

    /// <summary>Spark with TiSpark's JAR.</summary>
    public TiSparkSpec? TiSpark { get; init; }
}

/// <summary>The full backup by mydumper, or the word that none is wanted.</summary>
[ValidationRule("self.waived != has(self.storage)", RuleMessages.BackupOrWaived)]
[ValidationRule("self.waived || size(self.databases) > 0", RuleMessages.BackupNeedsDatabases)]
public sealed record TiDbBackupSpec
{
    /// <summary>True goes without: there is one from elsewhere. The plan says so.</summary>
    public bool Waived { get; init; }

    /// <summary>Where the dumps and the saved configuration go.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>The databases.</summary>
    [ListSet]
    [Items(SchemaLimits.Databases)]
    [Length(64, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>Threads of mydumper.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>Encrypts the dumps at rest.</summary>
    public EncryptionSpec? Encryption { get; init; }
}

/// <summary>
/// What the operator changes in the configuration files from 2.1 to 3.0. It adds settings and removes none that it does
/// not know.
/// </summary>
public sealed record TiDbConfigurationSpec
{
    /// <summary>False leaves every file as it is.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// storage.block-cache.capacity of every TiKV, as TiKV writes sizes (8GB). Without it half of the host's memory
    /// divided by its TiKVs.
    /// </summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.TikvSize)]
    public string? BlockCacheCapacity { get; init; }

    /// <summary>raftstore.hibernate-regions. Experimental in 3.0; better switched on after the upgrade.</summary>
    public bool HibernateRegions { get; init; }
}

/// <summary>
/// Raising the schedule limits after the upgrade: merge 2, 4, 8, then replica 16. May take days, and never fails the
/// upgrade.
/// </summary>
public sealed record TuneSchedulingSpec
{
    /// <summary>False leaves the limits as LimitMerging set them.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool Enabled { get; set; } = true;

    /// <summary>How long the number of regions must keep still before the next raise. Duration.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string StableFor { get; init => field = value ?? "30m"; } = "30m";

    /// <summary>merge-schedule-limit at the end.</summary>
    [Range(0, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MergeScheduleLimit { get; set; } = 8;

    /// <summary>replica-schedule-limit at the end.</summary>
    [Range(1, 256)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int ReplicaScheduleLimit { get; set; } = 16;

    /// <summary>
    /// A rise of tikvclient_backoff_count by more than so many in a minute stops the raising where it is.
    /// </summary>
    [Range(1, 1000000)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MaxBackoffPerMinute { get; set; } = 1000;
}

/// <summary>
/// A Spark with TiSpark: stopped, the old JAR taken out of jars, the new one put in, started, its workers compared.
/// </summary>
public sealed record TiSparkSpec
{
    /// <summary>Hosts of Spark, the master first.</summary>
    [Required]
    [ListSet]
    [Items(64, Minimum = 1)]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public List<string> Hosts { get; init => field = value ?? []; } = [];

    /// <summary>Where Spark is installed on them.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string Directory { get; init => field = value ?? ""; } = "";

    /// <summary>Absolute path of the new JAR on the hosts.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string Jar { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the new JAR, 64 hex digits.</summary>
    [Required]
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string JarSha256 { get; init => field = value ?? ""; } = "";

    /// <summary>Starts Spark on a host; absolute or below directory. The master's host first.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Start { get; init => field = value ?? "sbin/start-all.sh"; } = "sbin/start-all.sh";

    /// <summary>Stops Spark; absolute or below directory.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Stop { get; init => field = value ?? "sbin/stop-all.sh"; } = "sbin/stop-all.sh";

    /// <summary>Port of the master's page.</summary>
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int WebPort { get; set; } = 8080;

    /// <summary>
    /// Program and arguments of a smoke test, run in directory on the master's host; it must end with 0. Empty runs
    /// none.
    /// </summary>
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Smoke { get; init => field = value ?? []; } = [];
}
