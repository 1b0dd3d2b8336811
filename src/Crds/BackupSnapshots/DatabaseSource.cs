namespace Drydock.Crds.BackupSnapshots;

/// <summary>A MySQL-protocol server and how the operator reaches it.</summary>
public sealed record DatabaseSource
{
    /// <summary>Login at the server: a Secret with the keys username and password, and optionally host, port and
    /// ca.crt.</summary>
    [Required]
    [SecretKeys("username", "password", "host", "port", "ca.crt")]
    public SecretReference CredentialsSecretRef { get; init => field = value ?? new(); } = new();

    /// <summary>Host name or address of the server. Default: the key host of the Secret.</summary>
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public string? Host { get; init; }

    /// <summary>Port of the server. Default: the key port of the Secret, otherwise 3306.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>TLS of the connection to the server.</summary>
    public DatabaseTls Tls { get; init => field = value ?? new(); } = new();
}
