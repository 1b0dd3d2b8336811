namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What is upgraded, to which version, and how.</summary>
[ValidationRule("!has(self.fromVersion) || self.fromVersion != self.toVersion", SharedRules.SameVersion)]
[ValidationRule("self.engine == 'TiDB' || !has(self.tidb)", "tidb is only for engine TiDB. Remove it.")]
[ValidationRule(
    "self.engine != 'TiDB' || (has(self.tidb) && has(self.tidb.backup)) != (has(self.preflight) &&"
    + " has(self.preflight.acknowledge) && self.preflight.acknowledge.exists(a, a == 'NoBackup'))",
    "Engine TiDB needs tidb.backup, or NoBackup in preflight.acknowledge if you have a full backup from elsewhere; not "
    + "both. Without a full backup, version 2.1 cannot be restored.")]
[ValidationRule(
    "self.engine != 'TiDB' || !has(self.yugabyte)",
    "yugabyte is only for the engines YugabyteDB and BMDB. Remove it.")]
[ValidationRule(
    "self.engine != 'TiDB' || (!has(self.toolHost) && !(has(self.tls) && (has(self.tls.certsDirName) ||"
    + " has(self.tls.clientNodeName) || has(self.tls.web))) &&"
    + " (!has(self.__package__.extensions) || size(self.__package__.extensions) == 0))",
    "toolHost, package.extensions, and tls.web, tls.certsDirName and tls.clientNodeName are only for the "
    + "engines YugabyteDB and BMDB. Remove them.")]
[ValidationRule(
    "has(self.discoverFrom) || (has(self.instances) && self.instances.size() >= 3)",
    "The processes are not known. Set discoverFrom to the address of one PD member or one master, or list every "
    + "process in instances (at least 3).")]
[ValidationRule(
    "self.engine == 'TiDB' || !has(self.instances) || self.instances.all(i, !has(i.configFile))",
    "configFile of an instance is only for engine TiDB. Remove it.")]
[ValidationRule(
    "!has(self.instances) || self.instances.all(i, (i.component in ['Master', 'Tserver']) == (self.engine !="
    + " 'TiDB'))",
    "A component must belong to the engine: Master and Tserver to YugabyteDB and BMDB; PD, TiKV, Pump, TiDB and "
    + "Drainer to TiDB.")]
[ValidationRule(
    "self.engine == 'TiDB' || ((!has(self.processes) || self.processes.all(c, !has(c.control) || !has(c.control.swap) "
    + "|| c.control.swap != 'ReplaceBinary')) && (!has(self.instances) || self.instances.all(i, !has(i.control) ||"
    + " !has(i.control.swap) || i.control.swap != 'ReplaceBinary')) && !(has(self.instanceDefaults) &&"
    + " has(self.instanceDefaults.control) && has(self.instanceDefaults.control.swap) && "
    + "self.instanceDefaults.control.swap == 'ReplaceBinary'))",
    "swap: ReplaceBinary is not for YugabyteDB and BMDB: the new program would run with the libraries of the "
    + "old version. Use SwitchLink (with link, if deployDir is not the link), or NewDirectory with process.")]
[ValidationRule(
    "!has(self.removedInstances) || has(self.discoverFrom) || (has(self.instances) && self.removedInstances.all(n, "
    + "self.instances.exists(i, i.name == n)))",
    "removedInstances must name instances of spec.instances. Correct the name, and keep the instance in "
    + "spec.instances.")]
[ValidationRule(
    "!has(self.addedInstances) || !has(self.instances) || self.addedInstances.all(a, !self.instances.exists(i, i.name "
    + "== a.name))",
    "addedInstances must not repeat a name of spec.instances. Give the new instance a name of its own.")]
[ValidationRule(
    "!has(self.tidb) || !has(self.tidb.dashboards) || has(self.access.ssh)",
    "tidb.dashboards needs access.ssh: the login of Grafana is sent through ssh only. Import the dashboards "
    + "by hand where hosts are containers.")]
public sealed record DatabaseRollingUpgradeSpec : RunSpec
{
    /// <summary>The database.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public DatabaseEngine Engine { get; init; }

    /// <summary>The version that runs now, as the database reports it. Preflight compares it with every process.
    /// Default: the one version that they report (status.fromVersion).</summary>
    [FieldClass(FieldClass.Identity)]
    [Length(40, Minimum = 3)]
    [Pattern(Patterns.DatabaseVersion)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string FromVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The version after the upgrade.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(40, Minimum = 3)]
    [Pattern(Patterns.DatabaseVersion)]
    public string ToVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The programs of the new version.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public PackageSpec Package { get; init => field = value ?? new(); } = new();

    /// <summary>HOST or HOST:PORT where one PD member or one master answers HTTP; several with commas, asked in turn.
    /// From there preflight finds the processes that spec.instances does not list (status.instances). Without it,
    /// spec.instances lists all. Default port: PD 2379, master 7000 (BMDB: 10000). An IPv6 address has no port
    /// here.</summary>
    [FieldClass(FieldClass.Identity)]
    [Length(SchemaLimits.Reference, Minimum = 1)]
    [Pattern("^[a-zA-Z0-9:]([-.:a-zA-Z0-9]*[a-zA-Z0-9])?(,[a-zA-Z0-9:]([-.:a-zA-Z0-9]*[a-zA-Z0-9])?)*$")]
    public string? DiscoverFrom { get; init; }

    /// <summary>The processes. Without discoverFrom: all. With it: those for which you set something; they are joined
    /// with what preflight finds by component, host and port. Preflight fails if the database reports other
    /// processes.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListMap("name")]
    [Items(SchemaLimits.Instances)]
    public List<DatabaseInstance> Instances { get; init => field = value ?? []; } = [];

    /// <summary>Names of instances whose hosts are gone for good; they stay in instances. Accepted once the database no
    /// longer knows the instance: a Tombstone TiKV, a PD or master that is no member, a tablet server that is not
    /// listed, or is dead and in the server blacklist. Until then nothing is started, and status.message says what is
    /// still listed.</summary>
    [FieldClass(FieldClass.Access)]
    [ListSet]
    [Items(SchemaLimits.ChangedInstances)]
    [Label]
    public List<string> RemovedInstances { get; init => field = value ?? []; } = [];

    /// <summary>Instances that joined while the upgrade runs, usually in place of those in removedInstances. They must
    /// run toVersion and be healthy members; they are checked and not changed. They are controlled like the others of
    /// their component. For a new upgrade list them in instances.</summary>
    [FieldClass(FieldClass.Access)]
    [ListMap("name")]
    [Items(SchemaLimits.ChangedInstances)]
    public List<AddedInstance> AddedInstances { get; init => field = value ?? []; } = [];

    /// <summary>What holds for all processes. Entries of processes and instances come first.</summary>
    [FieldClass(FieldClass.Identity)]
    public InstanceDefaults? InstanceDefaults { get; init; }

    /// <summary>How processes are started and stopped, and where they are installed, by component. What is not said is
    /// looked for on the hosts.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListMap("component")]
    [Items(8)]
    public List<ComponentControl> Processes { get; init => field = value ?? []; } = [];

    /// <summary>How the operator reaches the hosts.</summary>
    [FieldClass(FieldClass.Access)]
    [Required]
    public HostAccess Access { get; init => field = value ?? new(); } = new();

    /// <summary>YugabyteDB and BMDB only: the host that runs the vendor's admin tools of the new package. Default: that
    /// of the first instance.</summary>
    [FieldClass(FieldClass.Access)]
    [Host(SchemaLimits.StepName)]
    public string? ToolHost { get; init; }

    /// <summary>TLS of the HTTP interfaces, and of the RPC that YugabyteDB's admin tool uses. Default: none.</summary>
    [FieldClass(FieldClass.Access)]
    public DatabaseServiceTls? Tls { get; init; }

    /// <summary>How leaders are moved away before an instance is stopped.</summary>
    [FieldClass(FieldClass.Timing)]
    public DrainSpec Drain { get; init => field = value ?? new(); } = new();

    /// <summary>How long an instance must be healthy before the next one of its component is stopped. Meanwhile leaders
    /// leave the next one, and the first one of the next component may be stopped. YugabyteDB recommends at least
    /// 60.</summary>
    [FieldClass(FieldClass.Timing)]
    [Range(0, 604800)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MinHealthySeconds { get; set; } = 60;

    /// <summary>What preflight does with findings that you may judge differently.</summary>
    [FieldClass(FieldClass.Control)]
    public DatabasePreflightSpec Preflight { get; init => field = value ?? new(); } = new();

    /// <summary>Settings for YugabyteDB and BMDB only.</summary>
    [FieldClass(FieldClass.Identity)]
    public YugabyteSpec? Yugabyte { get; init; }

    /// <summary>Settings for TiDB only.</summary>
    [FieldClass(FieldClass.Identity)]
    public TiDbSpec? Tidb { get; init; }

    /// <summary>How long one attempt of a step may take, by phase; then it fails with StepTimeout.</summary>
    [FieldClass(FieldClass.Timing)]
    public DatabaseUpgradeTimeouts Timeouts { get; init => field = value ?? new(); } = new();

    /// <inheritdoc/>
    public override string PreflightLimit() => Timeouts.Preflight;

    [JsonIgnore]
    public TimeSpan Settle => TimeSpan.FromSeconds(MinHealthySeconds);

    [JsonIgnore]
    public bool IsBmdb => Engine == DatabaseEngine.BMDB;

    /// <summary>Whether spec.preflight.acknowledge has the reason, for all subjects or for this one.</summary>
    public bool Acknowledges(string reason, string subject) =>
        Preflight.Acknowledge.Exists(entry => entry == reason || entry == $"{reason}/{subject}");
}

/// <summary>TLS for HTTP calls to the processes of the database and for its admin tool. A YugabyteDB universe may have
/// TLS on its web pages, on RPC, on both or on neither.</summary>
[ValidationRule(
    "has(self.secretRef) || has(self.web) || has(self.certsDirName)",
    "tls needs secretRef for TLS of the HTTP interfaces (for YugabyteDB also web.secretRef), or certsDirName "
    + "for TLS of RPC. Set one of them, or remove tls.")]
[ValidationRule(
    "!has(self.secretRef) || !has(self.web)",
    "tls.secretRef and tls.web are two forms of the same setting. Remove one of them.")]
[ValidationRule(
    "!has(self.clientNodeName) || has(self.certsDirName)",
    "tls.clientNodeName names a certificate in tls.certsDirName. Set certsDirName too, or remove "
    + "clientNodeName.")]
public sealed record DatabaseServiceTls
{
    /// <summary>TLS of HTTP: a Secret with the key ca.crt, and tls.crt and tls.key if a client certificate is required.
    /// For YugabyteDB and BMDB the same as web.secretRef.</summary>
    [SecretKeys("ca.crt", "tls.crt", "tls.key")]
    public SecretReference? SecretRef { get; init; }

    /// <summary>YugabyteDB and BMDB only: TLS of the web pages, if the processes have webserver_certificate_file.
    /// Without it and secretRef, pages are read without TLS.</summary>
    public DatabaseWebTls? Web { get; init; }

    /// <summary>YugabyteDB and BMDB only: TLS of RPC (use_node_to_node_encryption): the directory of certificates on
    /// the tool host, for --certs_dir_name. Default: no TLS.</summary>
    [AbsolutePath]
    public string? CertsDirName { get; init; }

    /// <summary>YugabyteDB and BMDB only: the node whose certificate in certsDirName the admin tool presents
    /// (--client_node_name), if masters require client certificates.</summary>
    [Host(SchemaLimits.Name)]
    public string? ClientNodeName { get; init; }
}

/// <summary>TLS of the web pages of YugabyteDB's processes.</summary>
public sealed record DatabaseWebTls
{
    /// <summary>A Secret with the key ca.crt, and tls.crt and tls.key if the servers require a client
    /// certificate.</summary>
    [Required]
    [SecretKeys("ca.crt", "tls.crt", "tls.key")]
    public SecretReference SecretRef { get; init => field = value ?? new(); } = new();
}

/// <summary>How leaders are moved away from an instance before it is stopped.</summary>
public sealed record DrainSpec
{
    /// <summary>How long the number of leaders may stay the same before onTimeout applies. A drain that makes progress
    /// may take hours. Time in which PD counts no leaders, because it has a new one itself, does not count.</summary>
    [PositiveDuration]
    public string StalledFor { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>How long a drain may take even if it makes progress. Default: no limit.</summary>
    [PositiveDuration]
    public string? Timeout { get; init; }

    /// <summary>What happens when leaders do not leave in time. Fail: the instance is not stopped and the upgrade
    /// fails. Proceed: it is stopped with its leaders, as tidb-ansible and YBA do; plan and status note it.</summary>
    public DrainTimeoutPolicy OnTimeout { get; init; }

    /// <summary>How long an instance may stay without leaders while the upgrade waits (paused, held, DDL runs) or has
    /// failed because leaders stay. Then the leaders are given back; it is drained again when the upgrade
    /// continues.</summary>
    [PositiveDuration]
    public string IdleLimit { get; init => field = value ?? "10m"; } = "10m";
}

/// <summary>What happens if leaders do not leave in time.</summary>
public enum DrainTimeoutPolicy
{
    /// <summary>The instance is not stopped and the upgrade fails.</summary>
    Fail,

    /// <summary>The instance is stopped although it still has leaders.</summary>
    Proceed,
}

/// <summary>What holds for the processes of every component.</summary>
[ValidationRule(SharedRules.HasSetting, SharedRules.SomeSetting)]
public sealed record InstanceDefaults
{
    /// <summary>How they are started and stopped.</summary>
    public InstanceControl? Control { get; init; }

    /// <summary>The directory where they are installed, the same on every host. {port} is replaced.</summary>
    [AbsolutePath]
    public string? DeployDir { get; init; }
}

/// <summary>What preflight does with findings that you may judge differently.</summary>
public sealed record DatabasePreflightSpec
{
    /// <summary>Findings that you accept: REASON/SUBJECT as the finding names it, or REASON for all with it. Plan and
    /// hash contain the entries. A finding without such a word cannot be accepted: quorum, unexpected processes,
    /// claims, backups.</summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference, Minimum = 3)]
    [Pattern("^[A-Za-z]+(/[^\\s,]+)?$")]
    public List<string> Acknowledge { get; init => field = value ?? []; } = [];
}

/// <summary>How long one attempt of a step may take, as durations. Draining has its own limits in spec.drain.</summary>
public sealed record DatabaseUpgradeTimeouts
{
    /// <summary>One pass over all hosts and processes.</summary>
    [PositiveDuration]
    public string Preflight { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Copying the package to one host, unpacking and checking it.</summary>
    [PositiveDuration]
    public string Package { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Saving the configuration, and taking the whole backup.</summary>
    [PositiveDuration]
    public string Backup { get; init => field = value ?? "12h"; } = "12h";

    /// <summary>Stopping an instance, swapping its program and starting it again.</summary>
    [PositiveDuration]
    public string Swap { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Waiting until a started instance is healthy. spec.minHealthySeconds is added.</summary>
    [PositiveDuration]
    public string Verify { get; init => field = value ?? "15m"; } = "15m";

    /// <summary>Promoting AutoFlags, and upgrading the SQL catalogue (--timeout_ms of the admin tool). After that the
    /// catalogue is watched for the same time until the server has ended.</summary>
    [PositiveDuration]
    public string Finalize { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Waiting for the peer clusters of replication.</summary>
    [PositiveDuration]
    public string Replication { get; init => field = value ?? "7d"; } = "7d";

    /// <summary>Raising the schedule limits after the upgrade. Then the limits keep their values.</summary>
    [PositiveDuration]
    public string TuneScheduling { get; init => field = value ?? "7d"; } = "7d";
}
