using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What is upgraded, to which version, and how.</summary>
[ValidationRule("self.fromVersion != self.toVersion", RuleMessages.SameVersion)]
[ValidationRule("self.engine == 'TiDB' || !has(self.tidb)", RuleMessages.TiDbSettings)]
[ValidationRule("self.engine == 'YugabyteDB' || !has(self.yugabyte)", RuleMessages.YugabyteSettings)]
[ValidationRule(
    "self.engine == 'YugabyteDB' || (!has(self.toolHost) && !(has(self.tls) && has(self.tls.certsDirName)) &&"
    + " (!has(self.__package__.extensions) || size(self.__package__.extensions) == 0))",
    RuleMessages.OnlyForYugabyte)]
[ValidationRule("self.engine == 'TiDB' || self.instances.all(i, !has(i.configFile))", RuleMessages.OnlyForTiDb)]
[ValidationRule(
    "self.instances.all(i, (i.component in ['Master', 'Tserver']) == (self.engine == 'YugabyteDB'))",
    RuleMessages.ComponentOfEngine)]
[ValidationRule(
    "self.instances.all(i, has(i.control) || self.control.exists(c, c.component == i.component))",
    RuleMessages.EveryInstanceHasControl)]
public sealed record DatabaseRollingUpgradeSpec : RunSpec
{
    /// <summary>The database.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public DatabaseEngine Engine { get; init; }

    /// <summary>
    /// The version that runs now, as the database reports it. Preflight compares it with every process.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(40, Minimum = 3)]
    [Pattern(Patterns.DatabaseVersion)]
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

    /// <summary>
    /// Every process of the database. Preflight fails if the database reports a process that is not listed here, or
    /// lacks one that is.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [ListMap("name")]
    [Items(SchemaLimits.Instances, Minimum = 3)]
    public List<DatabaseInstance> Instances { get; init => field = value ?? []; } = [];

    /// <summary>How processes are started and stopped, by component. An instance can have its own setting.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListMap("component")]
    [Items(8)]
    public List<ComponentControl> Control { get; init => field = value ?? []; } = [];

    /// <summary>How the operator reaches the hosts.</summary>
    [FieldClass(FieldClass.Access)]
    [Required]
    public HostAccess Access { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// YugabyteDB and BMDB only: the host on which the operator runs the vendor's admin tools of the new package.
    /// Default: the host of the first instance.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string? ToolHost { get; init; }

    /// <summary>
    /// TLS of the HTTP interfaces of the processes and of the admin tool. Without it, the operator uses HTTP without
    /// TLS.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    public DatabaseServiceTls? Tls { get; init; }

    /// <summary>How leaders are moved away before an instance is stopped.</summary>
    [FieldClass(FieldClass.Timing)]
    public DrainSpec Drain { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// How long an instance must be healthy before the next one is stopped, as a duration. YugabyteDB recommends at
    /// least 60s.
    /// </summary>
    [FieldClass(FieldClass.Timing)]
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.Duration)]
    public string Settle { get; init => field = value ?? "60s"; } = "60s";

    /// <summary>
    /// True accepts an outage if there are fewer than three voters or the replication factor is below three; the plan
    /// notes it. False refuses such a database.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    public bool AllowUnavailability { get; init; }

    /// <summary>Settings for YugabyteDB and BMDB only.</summary>
    [FieldClass(FieldClass.Identity)]
    public YugabyteSpec? Yugabyte { get; init; }

    /// <summary>Settings for TiDB only.</summary>
    [FieldClass(FieldClass.Identity)]
    public TiDbSpec? Tidb { get; init; }

    /// <summary>
    /// How long one attempt of a step may take, by phase. A step that takes longer fails with StepTimeout.
    /// </summary>
    [FieldClass(FieldClass.Timing)]
    public DatabaseUpgradeTimeouts Timeouts { get; init => field = value ?? new(); } = new();
}

/// <summary>TLS for HTTP calls to the processes of the database and for its admin tool.</summary>
public sealed record DatabaseServiceTls
{
    /// <summary>
    /// A Secret with the key ca.crt, and tls.crt and tls.key if the servers require a client certificate.
    /// </summary>
    [Required]
    [SecretKeys("ca.crt", "tls.crt", "tls.key")]
    public SecretReference SecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// YugabyteDB and BMDB only: the directory of certificates on the hosts, which the operator passes to the admin
    /// tool (--certs_dir_name).
    /// </summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? CertsDirName { get; init; }
}

/// <summary>How leaders are moved away from an instance before it is stopped.</summary>
public sealed record DrainSpec
{
    /// <summary>
    /// How long leaders may take to leave an instance, as a duration. tidb-ansible waits 180s; a large TiKV can need
    /// hours.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Timeout { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>
    /// What happens when the time is over. Fail: the instance is not stopped and the upgrade fails. Proceed: the
    /// instance is stopped although it still has leaders, as tidb-ansible and YBA do; plan and status note it.
    /// </summary>
    public DrainTimeoutPolicy OnTimeout { get; init; }
}

/// <summary>What happens if leaders do not leave in time.</summary>
public enum DrainTimeoutPolicy
{
    /// <summary>The instance is not stopped and the upgrade fails.</summary>
    Fail,

    /// <summary>The instance is stopped although it still has leaders.</summary>
    Proceed,
}
