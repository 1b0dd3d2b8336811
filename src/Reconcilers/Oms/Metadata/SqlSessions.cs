using System.Net.Sockets;

namespace Drydock.Reconcilers.Oms;

/// <summary>Opens sessions on one metadata server and runs operations in them, turning every database error into an
/// <see cref="OmsMetadataException"/>.</summary>
internal sealed class SqlSessions(MySqlOptions target, EndpointPolicy endpoints)
{
    internal const int StatementSeconds = 600;
    private const int ConnectSeconds = 10;
    private const int SyntaxError = 1064;

    internal MySqlOptions Target => target;

    internal Task<T> RunAsync<T>(
        string what, Func<MySqlSession, Task<T>> action, CancellationToken cancellationToken) =>
        GuardAsync(
            what,
            async () =>
            {
                await using var session = await ConnectAsync(cancellationToken);
                return await action(session);
            },
            cancellationToken);

    internal async Task<MySqlSession> ConnectAsync(CancellationToken cancellationToken)
    {
        await CheckAddressAsync(cancellationToken);
        var session = await MySqlSession.OpenAsync(
            target with { ConnectionTimeout = ConnectSeconds, CommandTimeout = StatementSeconds }, cancellationToken);
        try
        {
            // A server may be configured without autocommit; every statement here must commit on its own.
            await session.ExecuteAsync("SET autocommit = 1", cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    // The database library resolves the name again and may take any of several addresses, so each must be allowed.
    private async Task CheckAddressAsync(CancellationToken cancellationToken)
    {
        try
        {
            await endpoints.CheckAsync(target.Server, cancellationToken);
        }
        catch (EndpointRefusedException refused)
        {
            throw Failed(OmsMetadataErrorKind.AccessDenied, refused.Message);
        }
        catch (SocketException unresolved)
        {
            throw Failed(
                OmsMetadataErrorKind.Unreachable,
                $"the host name cannot be resolved: {Sentences.Close(unresolved.Message)} "
                    + "Check the name and the DNS of the operator.");
        }
    }

    internal async Task<T> GuardAsync<T>(string what, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        Exception instead;
        try
        {
            return await action();
        }
        catch (MySqlSessionException error)
        {
            // An interrupted statement may be reported as such instead of as the cancellation.
            instead = cancellationToken.IsCancellationRequested
                ? new OperationCanceledException(cancellationToken)
                : Translate(error, what);
        }
        catch (SnapshotException error)
        {
            instead = Failed(OmsMetadataErrorKind.Other, error.Message);
        }

        // Thrown without the cause, because the package's exceptions may quote statements.
        throw instead;
    }

    private OmsMetadataException Failed(OmsMetadataErrorKind kind, string why) =>
        new(kind, $"Metadata server {target.Address}: {why}");

    // Numbers as in MySQL's, MariaDB's and OceanBase's error references.
    private OmsMetadataException Translate(MySqlSessionException error, string what)
    {
        var (kind, advice) = error.Number switch
        {
            1044 or 1045 or 1095 or 1130 or 1142 or 1143 or 1227 or 1251 or 1370 or 1698 or 1820 or 1862 =>
                (OmsMetadataErrorKind.AccessDenied,
                    $"Check the password of account '{target.UserID}' and its privileges."),
            1049 or 1051 or 1054 or 1109 or 1146 or 1193 or 1305 =>
                (OmsMetadataErrorKind.Missing, "Check the database names in config.yaml and the OMS version."),
            1290 or 1792 or 1836 =>
                (OmsMetadataErrorKind.ReadOnly, "Connect to the primary server, or make the server writable."),
            1040 or 1053 or 1129 or 1152 or (>= 1158 and <= 1161) or 1184 or 1203 or 1927 or 4031
                or (>= 2000 and < 3000) =>
                (OmsMetadataErrorKind.Unreachable,
                    "Check that the server runs and is reachable from the operator, and its TLS settings. "
                        + "The operator retries."),
            _ => (OmsMetadataErrorKind.Other, "See the server's error reference."),
        };
        return new OmsMetadataException(
            kind, $"{what} on metadata server {target.Address} failed: {Text(error)}. {advice}");
    }

    // The server quotes the statement in a syntax error and nowhere else.
    private string Text(MySqlSessionException error)
    {
        var text = new Redactor([new Secret(target.Password)]).Redact(error.Number == SyntaxError
            ? "the server does not understand a statement"
            : Sentences.Open(ForeignText.Words(error.Message)));
        return error.Number == 0 ? text : $"{text} (error {error.Number})";
    }
}

/// <summary><see cref="IMetadataLock"/> by <see cref="ServerLock"/>, in a session of its own.</summary>
internal sealed class SqlMetadataLock(SqlSessions sessions, MySqlSession session, ServerLock held) : IMetadataLock
{
    private bool _disposed;

    public long ConnectionId => (long)held.SessionId;

    public Task<T> RunAsync<T>(
        Func<MySqlSession, CancellationToken, Task<T>> action, CancellationToken cancellationToken) =>
        sessions.GuardAsync(
            $"Working under the lock '{held.Name}'",
            () => held.RunAsync(
                async session => await IsHeldAsync(cancellationToken)
                    ? await action(session, cancellationToken)
                    : throw new OmsMetadataException(
                        OmsMetadataErrorKind.LockLost,
                        $"The session {ConnectionId} no longer holds the lock '{held.Name}' on metadata "
                            + $"server {sessions.Target.Address}; nothing was done. The operator takes the lock again "
                            + "and retries."),
                cancellationToken),
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            await held.DisposeAsync();
        }
        finally
        {
            await session.DisposeAsync();
        }
    }

    private async Task<bool> IsHeldAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await held.IsHeldAsync(cancellationToken);
        }
        catch (MySqlSessionException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>Parts of statements. Values always travel as parameters, names always quoted.</summary>
internal static class Sql
{
    internal static string Table(string database, string table) =>
        $"{MySqlIdentifier.Quote(database)}.{MySqlIdentifier.Quote(table)}";

    /// <summary><c>@p0, @p1, …</c> for an IN list; never empty.</summary>
    internal static (string List, (string Name, object? Value)[] Parameters) In(IEnumerable<string> values)
    {
        var parameters = values.Select((value, index) => ($"@p{index}", (object?)value)).ToArray();
        return parameters.Length == 0
            ? ("NULL", [])
            : (string.Join(", ", parameters.Select(parameter => parameter.Item1)), parameters);
    }

    internal static async Task<bool> TableExistsAsync(
        MySqlSession session, string database, string table, CancellationToken cancellationToken) =>
        await session.NumberAsync(
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = @db AND TABLE_NAME = @table",
            cancellationToken,
            ("@db", database),
            ("@table", table)) > 0;
}

/// <summary>A named lock on the metadata server, held by one dedicated session without reconnect: <c>GET_LOCK</c>, or a
/// lock row where the server has none. If the session dies nothing more runs under the lock. Disposal releases the lock
/// and closes the session. The worlds of the tests implement it, too.</summary>
internal interface IMetadataLock : IAsyncDisposable
{
    /// <summary>The session as the process list shows it.</summary>
    long ConnectionId { get; }

    /// <summary>Runs destructive statements in the very session that holds the lock, one caller at a time, after asking
    /// that it is still held. Throws <see cref="OmsMetadataException"/> of kind
    /// <see cref="OmsMetadataErrorKind.LockLost"/> if it is not.</summary>
    Task<T> RunAsync<T>(Func<MySqlSession, CancellationToken, Task<T>> action, CancellationToken cancellationToken);
}

/// <summary>The metadata server could not be used. The message is a sentence with server, database and what to do;
/// neither it nor an inner exception carries a password or a statement. A step that acts counts it as a failed attempt
/// and may be tried again: whether an interrupted statement took effect is read by the next observation.</summary>
internal sealed class OmsMetadataException(OmsMetadataErrorKind kind, string message)
    : TargetException(Reasons.StepFailed, message)
{
    public OmsMetadataErrorKind Kind { get; } = kind;
}

/// <summary>What went wrong with the metadata server, as far as callers treat it differently.</summary>
internal enum OmsMetadataErrorKind
{
    /// <summary>Anything else; the message has the server's code.</summary>
    Other,

    /// <summary>No connection, or it broke. Whether the last statement took effect is not known.</summary>
    Unreachable,

    AccessDenied,

    Missing,

    ReadOnly,

    /// <summary>The session no longer holds the named lock; nothing was done.</summary>
    LockLost,
}
