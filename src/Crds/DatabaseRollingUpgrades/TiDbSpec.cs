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
