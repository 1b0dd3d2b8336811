using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.BackupSnapshots;

/// <summary>A MySQL-protocol server and how it is reached.</summary>
public sealed record DatabaseSource
{
    /// <summary>
    /// Credentials: a Secret with the keys username and password, and optionally host, port and ca.crt.
    /// </summary>
    [Required]
    [SecretKeys("username", "password", "host", "port", "ca.crt")]
    public SecretReference CredentialsSecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>Host of the server. Without it the key host of the Secret.</summary>
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string? Host { get; init; }

    /// <summary>Port of the server. Without it the key port of the Secret, else 3306.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>TLS towards the server.</summary>
    public DatabaseTls Tls { get; init => field = value ?? new(); } = new();
}
