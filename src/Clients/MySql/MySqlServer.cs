namespace Drydock.Clients.MySql;

/// <summary>Queries a server about itself and its sessions, in the dialects of MySQL, MariaDB and OceanBase.</summary>
public static class MySqlServer
{
    private const int SyntaxError = 1064;
    private const int NoSuchThread = 1094;
    private const int UnknownVariable = 1193;
    private const int MissingPrivilege = 1227;

    public static async Task<MySqlServerIdentity> IdentifyAsync(
        MySqlSession session, CancellationToken cancellationToken)
    {
        var variables = (await session.RowsAsync(
            "SHOW VARIABLES WHERE Variable_name IN ('hostname', 'port', 'server_uid', 'server_uuid')",
            cancellationToken))
            .ToLookup(row => row[0] ?? "", row => row[1] ?? "", StringComparer.OrdinalIgnoreCase);
        var tenant = session.Kind == MySqlServerKind.OceanBase
            ? await OceanBaseTenant.IdentityAsync(session, cancellationToken)
            : null;
        var uuid = Variable("server_uuid");
        var address = $"{Variable("hostname").ToLowerInvariant()}:"
            + (Variable("port") is { Length: > 0 } port ? port : "0");
        return new MySqlServerIdentity(session.Kind, session.Version, uuid.Length > 0 ? uuid : address)
        {
            Identity = tenant
                ?? ((uuid.Length > 0 ? uuid : Variable("server_uid")) is { Length: > 0 } own
                    ? $"uuid:{own}"
                    : $"addr:{address}"),
        };

        string Variable(string name) => variables[name].FirstOrDefault() ?? "";
    }

    /// <summary>Whether the server is a replica of another one, also while its replication is stopped. Null if the
    /// account may not ask (<c>REPLICATION CLIENT</c>; <c>SLAVE MONITOR</c> on MariaDB).</summary>
    public static async Task<bool?> IsReplicaAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        // OceanBase replicates below the tenant. Of the others each knows one of the statements.
        string[] statements = session.Kind == MySqlServerKind.OceanBase ? []
            : ["SHOW ALL SLAVES STATUS", "SHOW REPLICA STATUS", "SHOW SLAVE STATUS"];
        foreach (var statement in statements)
        {
            try
            {
                return (await session.QueryAsync(statement, IsOfGroup, cancellationToken)).Contains(false);
            }
            catch (MySqlSessionException e) when (e.Number is SyntaxError or MissingPrivilege)
            {
                // The next one.
            }
        }

        return null;

        // The members of a group are equal; it has channels of its own.
        static bool IsOfGroup(MySqlRow row) => Enumerable.Range(0, row.Columns).Any(column =>
            row.Name(column) == "Channel_Name"
            && row.TextOrEmpty(column).StartsWith("group_replication_", StringComparison.Ordinal));
    }

    /// <summary>The process list: all sessions with the PROCESS privilege, otherwise those of the user.</summary>
    public static async Task<IReadOnlyList<ListedSession>> SessionsAsync(
        MySqlSession session, CancellationToken cancellationToken)
    {
        // Its own session is the one that runs this statement: behind a proxy the list may have another number for it.
        var token = Guid.NewGuid().ToString("N");
        var sessions = await session.QueryAsync(
            "SELECT ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO FROM information_schema.PROCESSLIST WHERE INFO IS "
                + $"NULL OR INFO <> '{token}'",
            static row => new ListedSession(
                (ulong)row.Number(0),
                row.Text(1) ?? "",
                row.Text(2) ?? "",
                row.Text(3),
                row.Text(4) ?? "",
                row.Number(5),
                row.Text(6),
                row.Text(7)),
            cancellationToken);
        var own = sessions.Find(s => s.Info?.Contains(token, StringComparison.Ordinal) == true)
            ?? sessions.Find(s => s.Id == session.Id);
        return [.. sessions.Select(s => ReferenceEquals(s, own) ? s with { IsOwn = true } : s)];
    }

    /// <summary>Ends a session (<c>KILL</c>). False if it had ended already.</summary>
    /// <exception cref="MySqlSessionException">E.g. 1095: not the owner of the session and no privilege.</exception>
    public static async Task<bool> KillAsync(MySqlSession session, ulong sessionId, CancellationToken cancellationToken)
    {
        try
        {
            await session.ExecuteAsync($"KILL {sessionId}", cancellationToken);
            return true;
        }
        catch (MySqlSessionException e) when (e.Number == NoSuchThread)
        {
            return false;
        }
    }

    /// <summary>An SQL expression that is the number of the session that runs it, as the process list shows it. Only
    /// OceanBase is asked for more than <c>CONNECTION_ID()</c>: its proxies number the sessions of clients
    /// themselves.</summary>
    public static string ListedId(MySqlServerKind kind, string token) => kind == MySqlServerKind.OceanBase
        ? $"COALESCE((SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%{token}%'), CONNECTION_ID())"
        : "CONNECTION_ID()";

    public static async Task<string?> VariableAsync(
        MySqlSession session, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await session.ScalarAsync($"SELECT @@{name}", cancellationToken);
        }
        catch (MySqlSessionException e) when (e.Number == UnknownVariable)
        {
            return null;
        }
    }

    internal static MySqlServerKind KindOf(string version, string comment)
    {
        return Says("OceanBase") ? MySqlServerKind.OceanBase
            : Says("MariaDB") ? MySqlServerKind.MariaDb
            : MySqlServerKind.MySql;

        bool Says(string name) => version.Contains(name, StringComparison.OrdinalIgnoreCase)
            || comment.Contains(name, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>The identity reported by a server, by which two addresses of the same server are recognized.</summary>
/// <param name="Version">The version as reported, e.g. <c>10.11.19-MariaDB-0+deb12u1</c>.</param>
/// <param name="Key"><c>@@server_uuid</c>, or host name and port if it has none (MariaDB, OceanBase).</param>
public sealed record MySqlServerIdentity(MySqlServerKind Kind, string Version, string Key)
{
    /// <summary>What tells this server from every other: <c>uuid:…</c> (MySQL's server_uuid, MariaDB's server_uid),
    /// <c>ob:cluster:id:tenant</c> (OceanBase, also behind a proxy), or <c>addr:host:port</c> as the server reports
    /// itself. Does not depend on the name under which it was reached.</summary>
    public required string Identity { get; init; }
}

public enum MySqlServerKind
{
    MySql,

    MariaDb,

    /// <summary>A MySQL-mode tenant of OceanBase, directly or through obproxy.</summary>
    OceanBase,
}

/// <summary>One row of the server's process list.</summary>
/// <param name="Id">CONNECTION_ID() of the session.</param>
/// <param name="User">User name; empty for a statement that the server runs for another one.</param>
/// <param name="Host">The client address as seen by the server, usually <c>address:port</c>; <c>localhost</c> for a
/// socket file.</param>
/// <param name="Command">E.g. <c>Query</c>, <c>Sleep</c>, <c>Killed</c>.</param>
/// <param name="Info">The statement it runs, null when idle.</param>
public sealed record ListedSession(
    ulong Id, string User, string Host, string? Database, string Command, long TimeSeconds, string? State, string? Info)
{
    public bool IsOwn { get; init; }

    /// <summary>Program name that the client sent; null if it was not asked for or the server does not report
    /// it.</summary>
    public string? Program { get; init; }

    public string Describe() =>
        $"session {Id} of {User} from {Host}{(Program is { Length: > 0 } p ? $" ({p})" : "")} on "
        + (Database ?? "no database");
}
