namespace Drydock.Clients.Snapshots;

/// <summary>Whether a user may lock tables for reading.</summary>
internal static class TableLocks
{
    // 1044, 1142, 1227: access denied; 1235, 1149, 1064: the server has no such statement (OceanBase).
    private static readonly int[] NotAllowed = [1044, 1142, 1227, 1235, 1149, 1064];

    /// <summary>Tries it on one table of each database. A lock that conflicts with another session for one second is
    /// still permitted.</summary>
    internal static async Task<bool> MayLockAsync(
        MySqlSession session, IEnumerable<DatabaseCatalogue> databases, CancellationToken cancellationToken)
    {
        foreach (var database in databases.Where(static d => d.Tables.Count > 0))
        {
            if (!await MayLockAsync(
                session,
                $"{MySqlIdentifier.Quote(database.Name)}.{MySqlIdentifier.Quote(database.Tables[0].Name)}",
                cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> MayLockAsync(
        MySqlSession session, string table, CancellationToken cancellationToken)
    {
        const int LockWaitTimeout = 1205;
        await RunAsync(
            session,
            "SET SESSION lock_wait_timeout=1",
            [1193, 1232, .. NotAllowed],
            cancellationToken).ConfigureAwait(false);
        var refused = await RunAsync(
            session,
            $"LOCK TABLES {table} READ",
            [LockWaitTimeout, .. NotAllowed],
            cancellationToken).ConfigureAwait(false);
        await RunAsync(session, "UNLOCK TABLES", NotAllowed, cancellationToken).ConfigureAwait(false);
        return refused is 0 or LockWaitTimeout;
    }

    private static async Task<int> RunAsync(
        MySqlSession session, string sql, int[] expected, CancellationToken cancellationToken)
    {
        try
        {
            await session.ExecuteAsync(sql, cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (MySqlSessionException e) when (expected.Contains(e.Number))
        {
            return e.Number;
        }
    }
}
