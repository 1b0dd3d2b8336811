namespace Drydock.Reconcilers.Oms;

/// <summary><see cref="IMetadataLock"/> by <see cref="ServerLock"/>, in a session of its own.</summary>
internal sealed class SqlMetadataLock(SqlSessions sessions, MySqlSession session, ServerLock held) : IMetadataLock
{
    private bool _disposed;

    public string Name => held.Name;

    public long ConnectionId => (long)held.SessionId;

    public async Task<bool> IsStillHeldAsync(CancellationToken cancellationToken) =>
        !_disposed && await held.RunAsync(_ => HeldAsync(cancellationToken), cancellationToken);

    public Task<T> RunAsync<T>(
        Func<MySqlSession, CancellationToken, Task<T>> action, CancellationToken cancellationToken) =>
        held.RunAsync(
            async session =>
            {
                if (!await HeldAsync(cancellationToken))
                {
                    throw new OmsMetadataException(
                        OmsMetadataErrorKind.LockLost,
                        $"The session {ConnectionId.ToString(CultureInfo.InvariantCulture)} no longer holds the lock "
                            + $"'{Name}' on metadata server {sessions.Target.Address}; nothing was done. The operator "
                            + "takes the lock again and retries.");
                }

                return await sessions.GuardAsync(
                    $"Working under the lock '{Name}'", () => action(session, cancellationToken), cancellationToken);
            },
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

    private async Task<bool> HeldAsync(CancellationToken cancellationToken)
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
