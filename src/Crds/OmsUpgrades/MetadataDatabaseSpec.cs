using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the operator reaches the metadata database, where it differs from what config.yaml says.</summary>
public sealed record MetadataDatabaseSpec
{
    /// <summary>
    /// Credentials for the database: a Secret with the keys username and password, and optionally host, port and
    /// ca.crt. Without it user and password are those of config.yaml.
    /// </summary>
    [SecretKeys("username", "password", "host", "port", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }

    /// <summary>
    /// Host as the operator reaches it. Without it the key host of the Secret, else oms_meta_host of config.yaml.
    /// </summary>
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string? Host { get; init; }

    /// <summary>
    /// Port as the operator reaches it. Without it the key port of the Secret, else oms_meta_port of config.yaml.
    /// </summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>TLS towards the database.</summary>
    public DatabaseTls Tls { get; init => field = value ?? new(); } = new();
}
