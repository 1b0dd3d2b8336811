using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What only YugabyteDB and BMDB have.</summary>
public sealed record YugabyteSpec
{
    /// <summary>The preset of names.</summary>
    public YugabyteDialect Dialect { get; init; }

    /// <summary>Names that differ from the preset.</summary>
    public YugabyteNames Names { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// The highest class of AutoFlags that is promoted. External is what promote_auto_flags without a class does.
    /// </summary>
    public AutoFlagClass PromoteClass { get; init; }

    /// <summary>Replication with other clusters.</summary>
    public ReplicationSpec Replication { get; init => field = value ?? new(); } = new();

    /// <summary>How it is found out which PostgreSQL extensions are in use.</summary>
    public YugabyteSqlSpec Sql { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// How large the clocks' differences between servers may be. Duration; YugabyteDB's own bound is 500ms.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string MaxClockSkew { get; init => field = value ?? "250ms"; } = "250ms";

    /// <summary>How far followers may lag when the next server is stopped. Duration.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string MaxFollowerLag { get; init => field = value ?? "1m"; } = "1m";

    /// <summary>
    /// Pause between two attempts of the catalogue upgrade after a catalogue-version mismatch. Duration.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string CatalogRetryPause { get; init => field = value ?? "1m"; } = "1m";
}

/// <summary>By which names a YugabyteDB goes: a preset of program, flag and page names.</summary>
public enum YugabyteDialect
{
    /// <summary>yb-master, yb-tserver, yb-admin, upgrade_ysql, xCluster.</summary>
    Yugabyte,

    /// <summary>mserver, dbserver, bm-admin, upgrade_bsql, xDCR.</summary>
    BMDB,
}

/// <summary>Classes of AutoFlags, by what they make impossible to take back.</summary>
public enum AutoFlagClass
{
    /// <summary>All: also what other clusters see.</summary>
    External,

    /// <summary>Up to what is written to disk.</summary>
    LocalPersisted,

    /// <summary>Only what rollback_auto_flags can take back.</summary>
    LocalVolatile,
}

/// <summary>
/// How it is found out which PostgreSQL extensions are in use: by the SQL shell on the host of a Tserver, out of
/// pg_extension of every database, or by the user's word. An extension in use that the new version lacks is refused
/// before the first server is stopped.
/// </summary>
public sealed record YugabyteSqlSpec
{
    /// <summary>
    /// The extensions in use, as the user knows them; empty for none. Nothing is asked by SQL then, and this is what
    /// the new version is checked against. Without it pg_extension is read.
    /// </summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public List<string>? ExtensionsInUse { get; init; }

    /// <summary>The SQL port of the Tservers.</summary>
    [FieldClass(FieldClass.Access)]
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Port { get; set; } = 5433;

    /// <summary>The database that is asked first, for the names of the others.</summary>
    [FieldClass(FieldClass.Access)]
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.DatabaseName)]
    public string Database { get; init => field = value ?? "postgres"; } = "postgres";

    /// <summary>
    /// Login of an account that may connect to every database: a Secret with the keys username and password, and
    /// optionally ca.crt. Without it the operator logs in as user yugabyte without a password.
    /// </summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("username", "password", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }
}

/// <summary>Names that differ from those of the dialect's preset; what is absent is as the preset has it.</summary>
public sealed record YugabyteNames
{
    /// <summary>The master's program: yb-master, mserver.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? MasterProgram { get; init; }

    /// <summary>The tablet server's program: yb-tserver, dbserver.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? TserverProgram { get; init; }

    /// <summary>The admin tool: yb-admin, bm-admin.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? AdminProgram { get; init; }

    /// <summary>The SQL shell: ysqlsh; for BMDB bsqlsh is assumed.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? SqlShell { get; init; }

    /// <summary>
    /// The admin tool's flag for the masters, with its hyphens: --master_addresses, -mserver_addresses.
    /// </summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.FlagName)]
    public string? MasterAddressesFlag { get; init; }

    /// <summary>The admin tool's command that upgrades the SQL catalogue: upgrade_ysql, upgrade_bsql.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern(Patterns.ProgramName)]
    public string? UpgradeCatalogCommand { get; init; }

    /// <summary>
    /// The master's page of tablet servers: /tablet-servers, /tile-servers. Only shown to people; what is decided is
    /// decided by the JSON interface.
    /// </summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? TabletServersPage { get; init; }

    /// <summary>The master's JSON interface, before the name of a call: /api/v1.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? ApiPath { get; init; }
}
