namespace Drydock.Reconcilers.Oms;

/// <summary>Who a metadata server says it is.</summary>
internal sealed record MetadataServerInfo
{
    public required MySqlServerKind Kind { get; init; }

    public required string Version { get; init; }

    /// <summary>What tells this server from every other: <c>uuid:…</c> (MySQL's server_uuid, MariaDB's server_uid),
    /// <c>ob:cluster:id:tenant</c> (OceanBase, also behind a proxy), or <c>addr:host:port</c> as the server reports
    /// itself. Does not depend on the name under which it was reached.</summary>
    public required string Identity { get; init; }

    /// <summary>Where it was reached, in the words of claims: by the name that was asked for, and by the address at the
    /// other end of the connection. No server chooses these, unlike all that it reports.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public required string ReportedHost { get; init; }

    public required int ReportedPort { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required bool ReadOnly { get; init; }

    /// <summary>True if it has <c>GET_LOCK</c>; else lock rows are used.</summary>
    public required bool NamedLocks { get; init; }
}
