namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Settings for YugabyteDB and BMDB only.</summary>
public sealed record YugabyteSpec
{
    /// <summary>Names of programs, flags and pages that differ from those of the engine.</summary>
    public YugabyteNames Names { get; init => field = value ?? new(); } = new();

    /// <summary>The highest class of AutoFlags that is promoted. External is what promote_auto_flags does without a
    /// class. LocalVolatile promotes only flags that can be rolled back; the others when the upgrade is
    /// finalized.</summary>
    public AutoFlagClass PromoteClass { get; init; }

    /// <summary>Whether the upgrade is finalized (irreversible AutoFlags, SQL catalogue) automatically or after your
    /// approval. Until then YugabyteDB from 2.20.2 on can be rolled back. Default: Manual with promoteClass
    /// LocalVolatile, otherwise Auto.</summary>
    public FinalizeMode? Finalize { get; init; }

    /// <summary>How long the universe must have been healthy before it is finalized. The vendor recommends at most two
    /// days.</summary>
    [Duration]
    public string Soak { get; init => field = value ?? "0s"; } = "0s";

    /// <summary>How many tablet servers of one zone (cloud, region and zone) are stopped side by side. With fewer zones
    /// than replicas, or if a tablet has most replicas in one zone, it is one at a time; the plan says why. Before each
    /// drain and stop the operator proves that every tablet keeps a majority.</summary>
    [Range(1, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MaxUnavailablePerZone { get; set; } = 1;

    /// <summary>Replication with other clusters.</summary>
    public ReplicationSpec Replication { get; init => field = value ?? new(); } = new();

    /// <summary>How the operator finds the PostgreSQL extensions in use.</summary>
    public YugabyteSqlSpec Sql { get; init => field = value ?? new(); } = new();

    /// <summary>How much the clocks of hosts may differ; more fails preflight. YugabyteDB stops its processes at
    /// 500ms.</summary>
    [PositiveDuration]
    public string MaxClockSkew { get; init => field = value ?? "250ms"; } = "250ms";

    /// <summary>How far followers may lag when the next server is stopped, as a duration.</summary>
    [PositiveDuration]
    public string MaxFollowerLag { get; init => field = value ?? "1m"; } = "1m";

    /// <summary>Pause between two attempts of the catalogue upgrade after a catalogue version mismatch, as a
    /// duration.</summary>
    [PositiveDuration]
    public string CatalogRetryPause { get; init => field = value ?? "1m"; } = "1m";
}

/// <summary>Who finalizes an upgrade.</summary>
public enum FinalizeMode
{
    /// <summary>The operator, once spec.yugabyte.soak is over.</summary>
    Auto,

    /// <summary>The operator, once spec.yugabyte.soak is over and the hold is approved.</summary>
    Manual,
}

/// <summary>Classes of AutoFlags, by what they make irreversible.</summary>
public enum AutoFlagClass
{
    /// <summary>All flags, including those that change what other clusters see.</summary>
    External,

    /// <summary>Flags up to those that change what is written to disk.</summary>
    LocalPersisted,

    /// <summary>Only flags that rollback_auto_flags can reverse.</summary>
    LocalVolatile,
}

/// <summary>How the operator finds the PostgreSQL extensions in use: from your list, or by the SQL shell on the host of
/// a Tserver from pg_extension of every database. If the new version lacks an extension in use, the upgrade is refused
/// before the first server is stopped.</summary>
public sealed record YugabyteSqlSpec
{
    /// <summary>The extensions in use; empty: none. Without the list, the operator reads pg_extension by SQL.</summary>
    [ListSet]
    [Items(64)]
    [DatabaseName(SchemaLimits.ShortName)]
    public List<string>? ExtensionsInUse { get; init; }

    /// <summary>The SQL port of the Tservers.</summary>
    [FieldClass(FieldClass.Access)]
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Port { get; set; } = 5433;

    /// <summary>The database to connect to first; it lists the names of the others.</summary>
    [FieldClass(FieldClass.Access)]
    [DatabaseName(SchemaLimits.ShortName)]
    public string Database { get; init => field = value ?? "postgres"; } = "postgres";

    /// <summary>Login that can connect to every database: a Secret with the keys username and password, and optionally
    /// ca.crt. Default: user yugabyte without a password.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys("username", "password", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }
}

/// <summary>Names that differ from those of the engine.</summary>
public sealed record YugabyteNames
{
    /// <summary>The master's program: yb-master, mserver.</summary>
    [PlainName]
    public string? MasterProgram { get; init; }

    /// <summary>The tablet server's program: yb-tserver, dbserver.</summary>
    [PlainName]
    public string? TserverProgram { get; init; }

    /// <summary>The admin tool: yb-admin, bm-admin.</summary>
    [PlainName]
    public string? AdminProgram { get; init; }

    /// <summary>The SQL shell. Default: ysqlsh, or bsqlsh for BMDB.</summary>
    [PlainName]
    public string? SqlShell { get; init; }

    /// <summary>The flag by which the admin tool takes the masters, with its hyphens: --master_addresses,
    /// -mserver_addresses.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern("^--?[A-Za-z0-9_][A-Za-z0-9_-]*$")]
    public string? MasterAddressesFlag { get; init; }

    /// <summary>The admin tool's command that upgrades the SQL catalogue: upgrade_ysql, upgrade_bsql.</summary>
    [PlainName]
    public string? UpgradeCatalogCommand { get; init; }

    /// <summary>The page of tablet servers on the master, shown to users: /tablet-servers, /tile-servers.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? TabletServersPage { get; init; }

    /// <summary>Path of the JSON interface of the master, without the name of a call: /api/v1.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string? ApiPath { get; init; }
}
