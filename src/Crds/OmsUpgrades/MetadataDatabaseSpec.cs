using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the operator reaches the metadata database where that differs from config.yaml.</summary>
public sealed record MetadataDatabaseSpec
{
    /// <summary>
    /// Login at the database: a Secret with the keys username and password, and optionally host, port and ca.crt.
    /// Default: user and password of config.yaml.
    /// </summary>
    [SecretKeys("username", "password", "host", "port", "ca.crt")]
    public SecretReference? CredentialsSecretRef { get; init; }

    /// <summary>
    /// Host name or address that the operator connects to. Default: the key host of the Secret, otherwise oms_meta_host
    /// of config.yaml.
    /// </summary>
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string? Host { get; init; }

    /// <summary>
    /// Port that the operator connects to. Default: the key port of the Secret, otherwise oms_meta_port of config.yaml.
    /// </summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>TLS of the connection to the database.</summary>
    public DatabaseTls Tls { get; init => field = value ?? new(); } = new();
}
