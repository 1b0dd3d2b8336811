using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The session that leads a restore: recorded in the storage before it takes its named lock, so that a successor finds
/// and ends it, and the only one that drops anything. It is never opened again: with it the lock is gone, and with the
/// lock the right to drop.
/// </summary>
internal sealed class LoadSession : IAsyncDisposable
{
    private const int LongestWaitSeconds = 2_147_483;

    private readonly SnapshotLocation _location;
    private readonly string _target;
    private readonly string _description;
    private string? _record;

    private LoadSession(
        MySqlConnection connection,
        MySqlServerIdentity server,
        SnapshotLocation location,
        string target,
        string description)
    {
        Connection = connection;
        Server = server;
        _location = location;
        _target = target;
        _description = description;
    }

    internal MySqlConnection Connection { get; }

    internal MySqlServerIdentity Server { get; }

    /// <summary>Whether the server has named locks.</summary>
    internal bool HasLocks { get; private set; }

    /// <summary>The lock that the session holds; null before it takes one, and where the server has none.</summary>
    internal string? LockName { get; private set; }

    internal SnapshotSession Session { get; private set; } = new("", "", 0, "", "");

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync().ConfigureAwait(false);
        if (_record is not null)
        {
            await _location.Storage.DeleteAsync(_record, CancellationToken.None).ConfigureAwait(false);
        }
    }

    internal static async Task<LoadSession> OpenAsync(
        SnapshotLocation location,
        MySqlConnectionStringBuilder options,
        string target,
        CancellationToken cancellationToken)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder(options) { Database = "" });
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var server = await MySqlServer.IdentifyAsync(connection, cancellationToken).ConfigureAwait(false);
            var session = new LoadSession(connection, server, location, target, options.Describe());

            // It is idle while others load, maybe for hours.
            await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET SESSION wait_timeout={LongestWaitSeconds}"), cancellationToken).ConfigureAwait(false);
            session.HasLocks = await session.AskAsync(c => NamedLocks.ExistAsync(c, cancellationToken)).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Records the session and takes the lock.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.Busy"/>.</exception>
    internal async Task LockAsync(string snapshotId, string key, string lockName, CancellationToken cancellationToken)
    {
        var host = (await MySqlServer.SessionsAsync(Connection, cancellationToken).ConfigureAwait(false)).FirstOrDefault(s => s.Id == Connection.ConnectionId)?.Host ?? "";
        Session = new SnapshotSession(snapshotId, key, Connection.ConnectionId, host, Server.Key);
        _record = await SessionRecords.AddAsync(_location, Session, cancellationToken).ConfigureAwait(false);
        if (!HasLocks)
        {
            return;
        }

        if (await ScalarAsync("SELECT GET_LOCK(@name, 0)", lockName, cancellationToken).ConfigureAwait(false) != "1")
        {
            var holder = await ScalarAsync("SELECT IS_USED_LOCK(@name)", lockName, cancellationToken).ConfigureAwait(false);
            throw new SnapshotException(SnapshotFailure.Busy, $"Session {holder} on {_description} holds the lock '{lockName}': something else restores database {_target}; wait for it, or end that session.");
        }

        LockName = lockName;
    }

    /// <summary>
    /// Drops the database (if there) and makes it anew. Nothing is done unless the session holds its lock.
    /// </summary>
    internal async Task RecreateAsync(string characterSet, string collation, CancellationToken cancellationToken)
    {
        await RequireLockAsync(cancellationToken).ConfigureAwait(false);
        foreach (var sql in RecreateStatements(characterSet, collation, _target))
        {
            await ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
        }
    }

    internal async Task DropAsync(CancellationToken cancellationToken)
    {
        await RequireLockAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync($"DROP DATABASE IF EXISTS {MySqlIdentifier.Quote(_target)}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks the server whether the session that leads the load holds its lock still: if not, a successor may have
    /// begun.
    /// </summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.ConnectionLost"/>.</exception>
    internal async Task RequireLeadAsync(LoadSession leader, CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT IS_USED_LOCK(@name) = {leader.Connection.ConnectionId}");
        if (leader.LockName is { } held && await ScalarAsync(sql, held, cancellationToken).ConfigureAwait(false) != "1")
        {
            throw new SnapshotException(
                SnapshotFailure.ConnectionLost, $"The session that leads the load of {_target} on {_description} does not hold the lock '{held}' any more; its table was not altered. It is tried again with a new session.");
        }
    }

    internal static IEnumerable<string> RecreateStatements(string characterSet, string collation, string target) =>
    [
        $"DROP DATABASE IF EXISTS {MySqlIdentifier.Quote(target)}",
        $"CREATE DATABASE {MySqlIdentifier.Quote(target)} CHARACTER SET {CharsetName(characterSet)} COLLATE {CharsetName(collation)}",
    ];

    internal async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new MySqlCommand(sql, Connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlException e)
        {
            throw Failed(e);
        }
    }

    /// <summary>Runs a question on the session, telling its loss from other failures.</summary>
    internal async Task<T> AskAsync<T>(Func<MySqlConnection, Task<T>> question)
    {
        try
        {
            return await question(Connection).ConfigureAwait(false);
        }
        catch (MySqlException e)
        {
            throw Failed(e);
        }
    }

    private async Task RequireLockAsync(CancellationToken cancellationToken)
    {
        if (LockName is not null && await ScalarAsync("SELECT IS_USED_LOCK(@name) = CONNECTION_ID()", LockName, cancellationToken).ConfigureAwait(false) != "1")
        {
            throw new SnapshotException(SnapshotFailure.ConnectionLost, $"The session on {_description} does not hold the lock '{LockName}' any more; nothing was dropped. It is tried again with a new session.");
        }
    }

    private Task<string?> ScalarAsync(string sql, string name, CancellationToken cancellationToken) => AskAsync(async connection =>
    {
        await using var command = new MySqlCommand(sql, connection);
        command.Parameters.AddWithValue("@name", name);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is { } value and not DBNull ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
    });

    private SnapshotException Failed(MySqlException e)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"ERROR {e.Number}: {e.Message}");
        return new SnapshotException(
            e.IsConnectionError ? SnapshotFailure.ConnectionLost : ServerTrouble.Of(text, SnapshotFailure.LoadFailed), $"Working on database {_target} of {_description}: {text}", e);
    }

    private static string CharsetName(string name) => name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        ? name
        : throw new SnapshotException(SnapshotFailure.ManifestInvalid, $"'{name}' is no character set or collation.");
}
