using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

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
