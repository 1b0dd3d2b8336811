namespace Drydock.Reconcilers.Oms;

/// <summary>This part: sessions of others and named locks.</summary>
internal sealed partial class SqlOmsMetadata
{
    private const int LockNameLength = 64;
    private const int LockSessionIdleSeconds = 86_400;

    // Threads that apply what another server replicates. They are no clients and cannot be ended.
    private const string ReplicationUser = "system user";

    public Task<IReadOnlyList<MetadataSession>> OtherSessionsAsync(
        IReadOnlyCollection<string> databases, IReadOnlyCollection<long> exceptConnectionIds,
        CancellationToken cancellationToken)
    {
        return _sessions.RunAsync<IReadOnlyList<MetadataSession>>(
            "Reading the sessions",
            async session =>
            {
                var sessions = await session.QueryAsync(
                    "SELECT ID, USER, HOST, DB, COMMAND, TIME FROM information_schema.PROCESSLIST WHERE ID <> "
                        + "CONNECTION_ID() AND DB IS NOT NULL ORDER BY ID",
                    row => new MetadataSession(
                        row.Number(0), row.TextOrEmpty(1), row.TextOrEmpty(2),
                        row.TextOrEmpty(3), row.TextOrEmpty(4),
                        row.IsNull(5) ? 0 : row.Number(5)),
                    cancellationToken);
                return
                [
                    .. sessions.Where(session =>
                        !exceptConnectionIds.Contains(session.Id)
                            && session.User != ReplicationUser
                            && databases.Contains(session.Database, StringComparer.OrdinalIgnoreCase)),
                ];
            },
            cancellationToken);
    }

    public Task<int> EndSessionsAsync(IReadOnlyCollection<long> connectionIds, CancellationToken cancellationToken)
    {
        return _sessions.RunAsync(
            "Ending sessions",
            async session =>
            {
                var ended = 0;
                foreach (var id in connectionIds)
                {
                    if (await MySqlServer.KillAsync(session, (ulong)id, cancellationToken))
                    {
                        ended++;
                    }
                }

                return ended;
            },
            cancellationToken);
    }

    public Task<IMetadataLock?> TryLockAsync(string name, TimeSpan wait, CancellationToken cancellationToken)
    {
        CheckLockName(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        return _sessions.GuardAsync<IMetadataLock?>(
            $"Taking the lock '{name}'",
            async () =>
            {
                var session = await _sessions.ConnectAsync(cancellationToken);
                try
                {
                    // With GET_LOCK it may stand idle while a dump runs; a lock row sets its own bound.
                    await session.ExecuteAsync(
                        $"SET SESSION wait_timeout = {LockSessionIdleSeconds.ToString(CultureInfo.InvariantCulture)}",
                        cancellationToken);
                    var longest = TimeSpan.FromSeconds(MetadataTarget.StatementSeconds / 2.0);
                    if (await ServerLock.TryTakeAsync(
                        session, name, wait < longest ? wait : longest, _lockTimes, cancellationToken) is { } held)
                    {
                        return new SqlMetadataLock(_sessions, session, held);
                    }
                }
                catch
                {
                    await session.DisposeAsync();
                    throw;
                }

                await session.DisposeAsync();
                return null;
            },
            cancellationToken);
    }

    public Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken)
    {
        CheckLockName(name);
        return _sessions.RunAsync<long?>(
            $"Asking who holds the lock '{name}'",
            async session => (long?)await ServerLock.HolderAsync(session, name, cancellationToken),
            cancellationToken);
    }

    private static void CheckLockName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > LockNameLength)
        {
            throw new ArgumentException(
                $"The lock name '{name}' is longer than the {LockNameLength.ToString(CultureInfo.InvariantCulture)} "
                    + "characters servers allow.",
                nameof(name));
        }
    }
}
