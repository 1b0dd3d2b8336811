namespace Drydock.Clients.MySql;

/// <summary>Queries a server about itself and its sessions, in the dialects of MySQL, MariaDB and OceanBase.</summary>
public static class MySqlServer
{
    private const int NoSuchThread = 1094;
    private const int UnknownVariable = 1193;

    public static async Task<MySqlServerIdentity> IdentifyAsync(
        MySqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var uuid = await VariableAsync(connection, "server_uuid", cancellationToken).ConfigureAwait(false);
        var host = await VariableAsync(connection, "hostname", cancellationToken).ConfigureAwait(false);
        var port = await VariableAsync(connection, "port", cancellationToken).ConfigureAwait(false);
        return new MySqlServerIdentity(
            connection.ServerKind,
            connection.ServerVersion,
            uuid is { Length: > 0 } ? uuid : null,
            host ?? "",
            int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
    }

    /// <summary>The process list: all sessions with the PROCESS privilege, otherwise those of the user.</summary>
    public static async Task<IReadOnlyList<MySqlSession>> SessionsAsync(
        MySqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var command = connection.CreateCommand();

        // Its own session is the one that runs this statement: behind a proxy the list may have another number for it.
        var token = Guid.NewGuid().ToString("N");
        command.CommandText =
            "SELECT ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO FROM information_schema.PROCESSLIST WHERE INFO IS "
                + $"NULL OR INFO <> '{token}'";
        await using var reader =
            (MySqlDataReader)await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var sessions = new List<MySqlSession>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            sessions.Add(new MySqlSession(
                reader.GetUInt64(0),
                Text(reader, 1) ?? "",
                Text(reader, 2) ?? "",
                Text(reader, 3),
                Text(reader, 4) ?? "",
                reader.IsDBNull(5) ? 0 : reader.GetInt64(5),
                Text(reader, 6),
                Text(reader, 7)));
        }

        var own = sessions.Find(s => s.Info?.Contains(token, StringComparison.Ordinal) == true)
            ?? sessions.Find(s => s.Id == connection.ConnectionId);
        return [.. sessions.Select(s => ReferenceEquals(s, own) ? s with { IsOwn = true } : s)];
    }

    /// <summary>Ends a session (<c>KILL</c>). False if it had ended already.</summary>
    /// <exception cref="MySqlException">E.g. 1095: not the owner of the session and no privilege.</exception>
    public static async Task<bool> KillAsync(
        MySqlConnection connection, ulong sessionId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"KILL {sessionId}");
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MySqlException e) when (e.Number == NoSuchThread)
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
        MySqlConnection connection, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new ArgumentException($"'{name}' is not a variable name.", nameof(name));
        }

        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT @@{name}";
        try
        {
            await using var reader =
                (MySqlDataReader)await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Text(reader, 0) : null;
        }
        catch (MySqlException e) when (e.Number == UnknownVariable)
        {
            return null;
        }
    }

    private static string? Text(MySqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}

/// <summary>The identity reported by a server, by which two addresses of the same server are recognized.</summary>
/// <param name="Kind">MySQL, MariaDB or OceanBase.</param>
/// <param name="Version">The version as reported, e.g. <c>10.11.19-MariaDB-0+deb12u1</c>.</param>
/// <param name="Uuid"><c>@@server_uuid</c>, null if the server has none (MariaDB, OceanBase).</param>
/// <param name="HostName">The host name it reports, empty if it does not.</param>
/// <param name="Port">The port it reports.</param>
public sealed record MySqlServerIdentity(MySqlServerKind Kind, string Version, string? Uuid, string HostName, int Port)
{
    public string Key =>
        Uuid is { Length: > 0 } ? Uuid : FormattableString.Invariant($"{HostName.ToLowerInvariant()}:{Port}");
}

/// <summary>The kinds of servers with the MySQL protocol.</summary>
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
/// <param name="Database">Its selected database, null for none.</param>
/// <param name="Command">E.g. <c>Query</c>, <c>Sleep</c>, <c>Killed</c>.</param>
/// <param name="TimeSeconds">Seconds in this state.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Info">The statement it runs, null when idle.</param>
public sealed record MySqlSession(
    ulong Id,
    string User,
    string Host,
    string? Database,
    string Command,
    long TimeSeconds,
    string? State,
    string? Info)
{
    public bool IsOwn { get; init; }
}
