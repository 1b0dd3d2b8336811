namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Settings for TiDB only.</summary>
[ValidationRule(
    "!has(self.dashboards) || (has(self.monitoring) && self.monitoring.exists(m, m.name == self.dashboards.service &&"
    + " has(m.host)))",
    "tidb.dashboards.service must be the name of an entry of tidb.monitoring that has host.")]
public sealed record TiDbSpec
{
    /// <summary>What QuorumTooSmall is acknowledged for where PD keeps fewer than three replicas.</summary>
    public const string MaxReplicas = "max-replicas";

    /// <summary>Login that can read DDL jobs and mysql.tidb: a Secret with the keys username and password, and
    /// optionally ca.crt.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("username", "password", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }

    /// <summary>TLS of the connection to the SQL port.</summary>
    [FieldClass(FieldClass.Access)]
    public DatabaseTls SqlTls { get; init => field = value ?? new(); } = new();

    /// <summary>The full backup before the first instance is stopped. Only without it: NoBackup in
    /// spec.preflight.acknowledge.</summary>
    public TiDbBackupSpec? Backup { get; init; }

    /// <summary>What the operator changes in configuration files.</summary>
    public TiDbConfigurationSpec Configuration { get; init => field = value ?? new(); } = new();

    /// <summary>merge-schedule-limit after the upgrade, before tuning; a lower value of the cluster is kept. 0 if
    /// merging must wait for quiet hours: tuning does not raise it.</summary>
    [Range(0, 8)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MergeScheduleLimit { get; set; } = 2;

    /// <summary>leader-schedule-limit while the TiKVs are upgraded; a higher value of the cluster is kept. 0 changes
    /// nothing. The former value is restored after the last TiKV, and whenever the upgrade stops.</summary>
    [Range(0, 256)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int DrainLeaderScheduleLimit { get; set; } = 32;

    /// <summary>How many TiDB servers are stopped side by side once the first one is upgraded; never all. Pumps,
    /// drainers and PD are stopped one at a time.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MaxUnavailableServers { get; set; } = 1;

    /// <summary>How many TiKVs of one zone are stopped side by side. Zones are the location labels of PD; with fewer
    /// zones than replicas it is one at a time. Before each stop the operator proves that each Region keeps its
    /// quorum.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MaxUnavailablePerZone { get; set; } = 1;

    /// <summary>Raises the limits of merging and replica scheduling in steps after the upgrade is verified.</summary>
    public TuneSchedulingSpec TuneScheduling { get; init => field = value ?? new(); } = new();

    /// <summary>True gives a PD unit with another name (pd.service) the alias pd-PORT.service after the upgrade, which
    /// tidb-ansible of 3.0 stops. No process is restarted. It needs access.ssh.become: Sudo with becomeFor: Scripts, or
    /// root.</summary>
    public bool AliasPdUnits { get; init; }

    /// <summary>Monitoring services that are restarted with new programs, in this order.</summary>
    [ListMap("name")]
    [Items(SchemaLimits.Services)]
    public List<MonitoringService> Monitoring { get; init => field = value ?? []; } = [];

    /// <summary>Dashboards that are imported into Grafana after the monitoring services are restarted.</summary>
    public GrafanaDashboards? Dashboards { get; init; }

    /// <summary>A Spark with the TiSpark JAR.</summary>
    public TiSparkSpec? TiSpark { get; init; }

    /// <summary>The monitoring services, one for each host.</summary>
    public IEnumerable<MonitoringService> Services() => Monitoring.SelectMany(m => m.Each());
}

/// <summary>The full backup by mydumper.</summary>
public sealed record TiDbBackupSpec
{
    /// <summary>Where the dumps and the saved configuration are stored. Default: the operator's first
    /// --storage-root.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>Names of the databases of your applications.</summary>
    [Required]
    [ListSet]
    [Items(SchemaLimits.Databases, Minimum = 1)]
    [DatabaseName(64)]
    public List<string> Databases { get; init => field = value ?? []; } = [];

    /// <summary>Number of threads of mydumper.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Threads { get; set; } = 4;

    /// <summary>Encrypts the stored dumps. Default: not encrypted.</summary>
    public EncryptionSpec? Encryption { get; init; }
}

/// <summary>What the operator changes in configuration files from 2.1 to 3.0. It adds settings and never removes
/// settings that it does not know.</summary>
public sealed record TiDbConfigurationSpec
{
    /// <summary>False leaves every configuration file unchanged.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool Migrate { get; set; } = true;

    /// <summary>storage.block-cache.capacity of every TiKV, for instance 8GB. Default: half of the host's memory,
    /// divided by its number of TiKVs.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern("^[1-9][0-9]{0,5}(MB|GB|TB)$")]
    public string? BlockCacheCapacity { get; init; }

    /// <summary>True sets raftstore.hibernate-regions. It is experimental in 3.0; switch it on after the upgrade
    /// instead.</summary>
    public bool HibernateRegions { get; init; }
}

/// <summary>Raises the schedule limits after the upgrade: merge doubled from 2 to what it was before, then replica 16.
/// This can take days and never fails the upgrade.</summary>
public sealed record TuneSchedulingSpec
{
    /// <summary>False keeps the limits that the phase LimitMerging set.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool Enabled { get; set; } = true;

    /// <summary>How long the number of regions must not change before the next raise.</summary>
    [PositiveDuration]
    public string StableFor { get; init => field = value ?? "30m"; } = "30m";

    /// <summary>Final merge-schedule-limit. Default: the value before the upgrade. No effect if tidb.mergeScheduleLimit
    /// is 0.</summary>
    [Range(0, 64)]
    public int? MergeScheduleLimit { get; init; }

    /// <summary>Final value of replica-schedule-limit.</summary>
    [Range(1, 256)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int ReplicaScheduleLimit { get; set; } = 16;

    /// <summary>If tikvclient_backoff_count rises by more in one minute, the limits keep their values.</summary>
    [Range(1, 1000000)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MaxBackoffPerMinute { get; set; } = 1000;
}

/// <summary>A Spark with TiSpark. The operator stops it, replaces the JAR in jars, starts it and compares its
/// workers.</summary>
public sealed record TiSparkSpec
{
    /// <summary>Hosts of Spark. The host of the master must be first.</summary>
    [Required]
    [ListSet]
    [Items(64, Minimum = 1)]
    [Host(SchemaLimits.StepName)]
    public List<string> Hosts { get; init => field = value ?? []; } = [];

    /// <summary>The directory where Spark is installed on these hosts.</summary>
    [Required]
    [AbsolutePath]
    public string Directory { get; init => field = value ?? ""; } = "";

    /// <summary>Absolute path of the new JAR on the hosts.</summary>
    [Required]
    [AbsolutePath]
    public string Jar { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the new JAR, 64 hex digits.</summary>
    [Required]
    [Sha256]
    public string JarSha256 { get; init => field = value ?? ""; } = "";

    /// <summary>The script that starts Spark, absolute or relative to directory; first on the host of the
    /// master.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Start { get; init => field = value ?? "sbin/start-all.sh"; } = "sbin/start-all.sh";

    /// <summary>The script that stops Spark, absolute or relative to directory.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Stop { get; init => field = value ?? "sbin/stop-all.sh"; } = "sbin/stop-all.sh";

    /// <summary>Port of the web page of the master.</summary>
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int WebPort { get; set; } = 8080;

    /// <summary>Program and arguments of a smoke test, run in directory on the host of the master. It must end with 0.
    /// Empty runs none.</summary>
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Smoke { get; init => field = value ?? []; } = [];
}

/// <summary>Dashboards that are imported into Grafana through its HTTP API. A dashboard that Grafana already has with
/// the same uid, or the same title, is replaced; Grafana keeps its former version in the history of the dashboard. One
/// that does not differ is not written.</summary>
public sealed record GrafanaDashboards
{
    /// <summary>Name of the entry of monitoring that is Grafana. It needs host.</summary>
    [Required]
    [Label]
    public string Service { get; init => field = value ?? ""; } = "";

    /// <summary>Absolute paths on the host of Grafana: files with one dashboard each as JSON, at most 1 MiB, or
    /// directories, of which every *.json that is a dashboard is imported.</summary>
    [Required]
    [ListSet]
    [Items(64, Minimum = 1)]
    [AbsolutePath]
    public List<string> From { get; init => field = value ?? []; } = [];

    /// <summary>Name of the data source in Grafana that panels, variables and annotations use; tidb-ansible names it
    /// after the cluster. Default: as in the files.</summary>
    [Length(190, Minimum = 1)]
    public string? DataSource { get; init; }

    /// <summary>Replaces Test-Cluster in the titles of tidb-ansible's dashboards.</summary>
    [Length(100, Minimum = 1)]
    public string? TitlePrefix { get; init; }

    /// <summary>Login of an editor or administrator of Grafana: a Secret with the keys username and password. The
    /// operator connects on the host of Grafana, through ssh.</summary>
    [Required]
    [FieldClass(FieldClass.Access)]
    [SecretKeys("username", "password")]
    public SecretReference CredentialsSecretRef { get; init => field = value ?? new(); } = new();
}
