using System.Globalization;

namespace Drydock.Clients.MySql;

/// <summary>
/// Questions to a server about itself and its sessions, in the dialects of MySQL, MariaDB and OceanBase.
/// </summary>
public static class MySqlServer
{
    private const int NoSuchThread = 1094;
    private const int UnknownVariable = 1193;

    /// <summary>Who the server says it is.</summary>
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

    /// <summary>
    /// The process list: with the PROCESS privilege everybody's sessions, without it one's own user's.
    /// </summary>
    public static async Task<IReadOnlyList<MySqlSession>> SessionsAsync(
        MySqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO FROM information_schema.PROCESSLIST";
        await using var reader = (MySqlDataReader)await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var sessions = new List<MySqlSession>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            sessions.Add(new MySqlSession(
                reader.GetUInt64(0),
                reader.GetString(1),
                Text(reader, 2) ?? "",
                Text(reader, 3),
                Text(reader, 4) ?? "",
                reader.IsDBNull(5) ? 0 : reader.GetInt64(5),
                Text(reader, 6),
                Text(reader, 7)));
        }

        return sessions;
    }

    /// <summary>Ends a session (<c>KILL</c>). False if it was gone already.</summary>
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

    /// <summary>A global or session variable as text; null if the server has none of that name or it is NULL.</summary>
    public static async Task<string?> VariableAsync(
        MySqlConnection connection, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new ArgumentException($"'{name}' is no variable name.", nameof(name));
        }

        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT @@{name}";
        try
        {
            await using var reader = (MySqlDataReader)await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
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
