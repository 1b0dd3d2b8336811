namespace Drydock.Reconcilers.Oms;

/// <summary>Who a metadata server says it is.</summary>
internal sealed record MetadataServerInfo
{
    /// <summary>Which product.</summary>
    public required MetadataServerKind Kind { get; init; }

    /// <summary>Its version string, as <c>VERSION()</c> gives it.</summary>
    public required string Version { get; init; }

    /// <summary>
    /// What tells this server from every other: <c>uuid:…</c> (MySQL's server_uuid, MariaDB's server_uid),
    /// <c>ob:cluster:id:tenant</c> (OceanBase, also behind a proxy), or <c>addr:host:port</c> as the server reports
    /// itself. Does not depend on the name under which it was reached.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>
    /// Where it was reached, in the words of claims: by the name that was asked for, and by the address at the other
    /// end of the connection. No server chooses these, unlike all that it reports.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The host name it reports.</summary>
    public required string ReportedHost { get; init; }

    /// <summary>The port it reports.</summary>
    public required int ReportedPort { get; init; }

    /// <summary>Its clock, in its own session time zone.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>True if it refuses writes.</summary>
    public required bool ReadOnly { get; init; }

    /// <summary>True if it has <c>GET_LOCK</c>; else lock rows are used.</summary>
    public required bool NamedLocks { get; init; }
}

/// <summary>Which product answers behind the MySQL protocol.</summary>
internal enum MetadataServerKind
{
    /// <summary>MySQL, or a fork that says nothing else.</summary>
    MySql,

    /// <summary>MariaDB.</summary>
    MariaDb,

    /// <summary>OceanBase in MySQL mode.</summary>
    OceanBase,
}
