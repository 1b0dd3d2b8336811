using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What is upgraded, to what, and how.</summary>
[ValidationRule("self.fromVersion != self.toVersion", RuleMessages.SameVersion)]
[ValidationRule("self.engine == 'TiDB' || !has(self.tidb)", RuleMessages.TiDbSettings)]
[ValidationRule("self.engine == 'YugabyteDB' || !has(self.yugabyte)", RuleMessages.YugabyteSettings)]
[ValidationRule(
    "self.engine == 'YugabyteDB' || (!has(self.toolHost) && !(has(self.tls) && has(self.tls.certsDirName)) && (!has(self.__package__.extensions) || size(self.__package__.extensions) == 0))",
    RuleMessages.OnlyForYugabyte)]
[ValidationRule("self.engine == 'TiDB' || self.instances.all(i, !has(i.configFile))", RuleMessages.OnlyForTiDb)]
[ValidationRule("self.instances.all(i, (i.component in ['Master', 'Tserver']) == (self.engine == 'YugabyteDB'))", RuleMessages.ComponentOfEngine)]
[ValidationRule("self.instances.all(i, has(i.control) || self.control.exists(c, c.component == i.component))", RuleMessages.EveryInstanceHasControl)]
public sealed record DatabaseRollingUpgradeSpec : RunSpec
{
    /// <summary>The database.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public DatabaseEngine Engine { get; init; }

    /// <summary>The version that runs now, as the database itself says it; checked against every process.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(40, Minimum = 3)]
    [Pattern(Patterns.DatabaseVersion)]
    public string FromVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The version to go to.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [Length(40, Minimum = 3)]
    [Pattern(Patterns.DatabaseVersion)]
    public string ToVersion { get; init => field = value ?? ""; } = "";

    /// <summary>The new version's programs.</summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    public PackageSpec Package { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// Every process of the database. What the database itself reports and is not listed here, and the other way round,
    /// stops preflight.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    [Required]
    [ListMap("name")]
    [Items(SchemaLimits.Instances, Minimum = 3)]
    public List<DatabaseInstance> Instances { get; init => field = value ?? []; } = [];

    /// <summary>How processes are started and stopped, by component.</summary>
    [FieldClass(FieldClass.Identity)]
    [ListMap("component")]
    [Items(8)]
    public List<ComponentControl> Control { get; init => field = value ?? []; } = [];

    /// <summary>How the operator gets onto the hosts.</summary>
    [FieldClass(FieldClass.Access)]
    [Required]
    public HostAccess Access { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// YugabyteDB and BMDB only: the host on which the vendor's admin tools run, from the new package. Without it the
    /// host of the first instance.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string? ToolHost { get; init; }

    /// <summary>TLS of the processes' HTTP interfaces and of the admin tool. Without it plain HTTP.</summary>
    [FieldClass(FieldClass.Access)]
    public DatabaseServiceTls? Tls { get; init; }

    /// <summary>How leaders are moved away before an instance is stopped.</summary>
    [FieldClass(FieldClass.Timing)]
    public DrainSpec Drain { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// How long an instance must have been healthy before the next one is touched. Duration. YugabyteDB asks for at
    /// least 60s.
    /// </summary>
    [FieldClass(FieldClass.Timing)]
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.Duration)]
    public string Settle { get; init => field = value ?? "60s"; } = "60s";

    /// <summary>
    /// True accepts that fewer than three voters or a replication factor below three mean an outage; the plan names it.
    /// </summary>
    [FieldClass(FieldClass.Identity)]
    public bool AllowUnavailability { get; init; }

    /// <summary>What only YugabyteDB and BMDB have.</summary>
    [FieldClass(FieldClass.Identity)]
    public YugabyteSpec? Yugabyte { get; init; }

    /// <summary>What only TiDB has.</summary>
    [FieldClass(FieldClass.Identity)]
    public TiDbSpec? Tidb { get; init; }

    /// <summary>How long one attempt of a step may take, by phase.</summary>
    [FieldClass(FieldClass.Timing)]
    public DatabaseUpgradeTimeouts Timeouts { get; init => field = value ?? new(); } = new();
}

/// <summary>TLS for HTTP calls to the database's processes and for its admin tool.</summary>
public sealed record DatabaseServiceTls
{
    /// <summary>A Secret with ca.crt, and tls.crt and tls.key where the servers want a client certificate.</summary>
    [Required]
    [SecretKeys("ca.crt", "tls.crt", "tls.key")]
    public SecretReference SecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// YugabyteDB and BMDB only: the directory of certificates on the hosts that the admin tool is given
    /// (--certs_dir_name).
    /// </summary>
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? CertsDirName { get; init; }
}

/// <summary>How leaders are moved away from an instance before it is stopped.</summary>
public sealed record DrainSpec
{
    /// <summary>
    /// How long leaders may take to leave. Duration. tidb-ansible waits 180s; a large TiKV may need hours.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Timeout { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>
    /// Fail: an instance that keeps leaders is not stopped. Proceed: it is stopped all the same, as tidb-ansible and
    /// YBA do; the plan and status say so.
    /// </summary>
    public DrainTimeoutPolicy OnTimeout { get; init; }
}

/// <summary>What happens when leaders do not leave in time.</summary>
public enum DrainTimeoutPolicy
{
    /// <summary>The instance is not stopped; the upgrade fails and says so.</summary>
    Fail,

    /// <summary>The instance is stopped with the leaders it has.</summary>
    Proceed,
}
