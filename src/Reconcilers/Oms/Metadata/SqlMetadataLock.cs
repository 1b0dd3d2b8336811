using System.Data.Common;

namespace Drydock.Reconcilers.Oms;

/// <summary><see cref="IMetadataLock"/> by <c>GET_LOCK</c>.</summary>
internal sealed class SqlMetadataLock : IMetadataLock
{
    private readonly SqlSessions _sessions;
    private readonly DbConnection _connection;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private bool _disposed;

    internal SqlMetadataLock(SqlSessions sessions, DbConnection connection, string name, long connectionId)
    {
        _sessions = sessions;
        _connection = connection;
        Name = name;
        ConnectionId = connectionId;
    }

    public string Name { get; }

    public long ConnectionId { get; }

    public async Task<bool> IsStillHeldAsync(CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await HeldAsync(cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async Task<T> RunAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (!await HeldAsync(cancellationToken))
            {
                throw new OmsMetadataException(
                    OmsMetadataErrorKind.LockLost,
                    $"The session {ConnectionId.ToString(System.Globalization.CultureInfo.InvariantCulture)} no longer "
                        + $"holds the lock '{Name}' on metadata server {_sessions.Target.Address}; nothing was done. "
                        + "The operator takes the lock again and retries.");
            }

            return await _sessions.GuardAsync(
                $"Working under the lock '{Name}'", () => action(_connection, cancellationToken), cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            await Sql.ScalarAsync(_connection, "SELECT RELEASE_LOCK(@name)", CancellationToken.None, ("@name", Name));
        }
        catch (Exception error) when (error is (DbException or InvalidOperationException or IOException))
        {
            // The session is closed, and its lock released; only the connection object remains to be disposed of.
        }
        finally
        {
            await _connection.DisposeAsync();
            _oneAtATime.Dispose();
        }
    }

    // After a reconnect it is another session, whatever the state of the connection object is.
    private async Task<bool> HeldAsync(CancellationToken cancellationToken)
    {
        if (_disposed)
        {
            return false;
        }

        try
        {
            return await Sql.ScalarAsync(
                _connection,
                "SELECT IS_USED_LOCK(@name) = CONNECTION_ID() AND CONNECTION_ID() = @id",
                cancellationToken,
                ("@name", Name),
                ("@id", ConnectionId)) == "1";
        }
        catch (Exception error)
            when (!cancellationToken.IsCancellationRequested
                && error is DbException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
