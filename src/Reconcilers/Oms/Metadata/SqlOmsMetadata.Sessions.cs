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
            async connection =>
            {
                var sessions = await Sql.QueryAsync(
                    connection,
                    "SELECT ID, USER, HOST, DB, COMMAND, TIME FROM information_schema.PROCESSLIST WHERE ID <> "
                        + "CONNECTION_ID() AND DB IS NOT NULL ORDER BY ID",
                    reader => new MetadataSession(
                        Sql.Number(reader, 0), Sql.TextOrEmpty(reader, 1), Sql.TextOrEmpty(reader, 2),
                        Sql.TextOrEmpty(reader, 3), Sql.TextOrEmpty(reader, 4),
                        reader.IsDBNull(5) ? 0 : Sql.Number(reader, 5)),
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
            async connection =>
            {
                var ended = 0;
                foreach (var id in connectionIds)
                {
                    try
                    {
                        await Sql.ExecuteAsync(
                            connection, $"KILL {id.ToString(CultureInfo.InvariantCulture)}", cancellationToken);
                        ended++;
                    }
                    catch (DbException error) when (SqlErrors.Number(error) == SqlErrors.NoSuchThread)
                    {
                        // Gone already: that is what was wanted.
                        continue;
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
                var connection = await _sessions.ConnectAsync(cancellationToken);
                try
                {
                    // With GET_LOCK it may stand idle while a dump runs; a lock row sets its own bound.
                    await Sql.ExecuteAsync(
                        connection,
                        $"SET SESSION wait_timeout = {LockSessionIdleSeconds.ToString(CultureInfo.InvariantCulture)}",
                        cancellationToken);
                    var longest = TimeSpan.FromSeconds(Sql.LongTimeoutSeconds / 2.0);
                    if (await ServerLock.TryTakeAsync(
                        connection, name, wait < longest ? wait : longest, _lockTimes, cancellationToken) is { } held)
                    {
                        return new SqlMetadataLock(_sessions, connection, held);
                    }
                }
                catch
                {
                    await connection.DisposeAsync();
                    throw;
                }

                await connection.DisposeAsync();
                return null;
            },
            cancellationToken);
    }

    public Task<long?> LockHolderAsync(string name, CancellationToken cancellationToken)
    {
        CheckLockName(name);
        return _sessions.RunAsync<long?>(
            $"Asking who holds the lock '{name}'",
            async connection => (long?)await ServerLock.HolderAsync(connection, name, cancellationToken),
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
