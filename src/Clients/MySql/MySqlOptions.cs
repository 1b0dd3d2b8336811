namespace Drydock.Clients.MySql;

/// <summary>How to reach and log in to a server. Its text does not show the password.</summary>
public sealed record MySqlOptions
{
    /// <summary>Host name or address; <c>localhost</c> means TCP, never the socket file.</summary>
    public string Server { get; init; } = "localhost";

    public int Port { get; init; } = 3306;

    /// <summary>The user. OceanBase takes <c>user@tenant#cluster</c>.</summary>
    public string UserID { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>The database selected at connect; empty for none.</summary>
    public string Database { get; init; } = "";

    /// <summary>Opens a connection to <see cref="Server"/> another way; TLS and login are as over TCP. Null for a
    /// direct connection.</summary>
    public Func<CancellationToken, Task<Stream>>? Connect { get; init; }

    public MySqlTls Tls { get; init; } = new();

    /// <summary>Seconds to wait for a session: connection, TLS and login.</summary>
    public int ConnectionTimeout { get; init; } = 15;

    /// <summary>Seconds a statement may take; 0 for no limit.</summary>
    public int CommandTimeout { get; init; } = 30;

    /// <summary>Connection attribute <c>program_name</c>.</summary>
    public string ApplicationName { get; init; } = "drydock";

    /// <summary>Server and port for messages, an IPv6 address in brackets.</summary>
    public string Address => Server.Contains(':', StringComparison.Ordinal) ? $"[{Server}]:{Port}" : $"{Server}:{Port}";

    /// <summary>The same, with another database selected.</summary>
    public MySqlOptions With(string database) => this with { Database = database };

    /// <summary>User and address for messages, e.g. <c>drc@192.0.2.5:3306</c>; never the password.</summary>
    public string Describe() => $"{UserID}@{Server}:{Port}";

    public override string ToString() => Describe();
}

/// <summary>TLS of a connection. "Encrypted but not verified" is not offered: an attacker on the network path could
/// take the server's place.</summary>
public sealed record MySqlTls
{
    public MySqlTlsMode Mode { get; init; }

    /// <summary>The authorities to trust as PEM; null for those of the system.</summary>
    public string? Authority { get; init; }

    /// <summary>SHA-256 of the server's certificate, 64 hex digits with or without colons: this certificate and no
    /// other is accepted, also if another authority signed it.</summary>
    public string? Fingerprint { get; init; }

    public bool IsOn => Mode != MySqlTlsMode.Disabled || Fingerprint is not null;
}

/// <summary>What of a server's certificate is verified.</summary>
public enum MySqlTlsMode
{
    Disabled,

    /// <summary>It must be signed by the authority; its name is not compared.</summary>
    VerifyCA,

    /// <summary>It must be signed by the authority and name the host.</summary>
    VerifyIdentity,
}
