namespace Drydock.Clients.Snapshots;

public sealed class SnapshotSessions(TimeProvider? time = null) : ISnapshotSessions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public async Task<IReadOnlyList<SnapshotSession>> FindAsync(
        SnapshotLocation location, MySqlOptions connection, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(location, connection, cancellationToken).ConfigureAwait(false);
        return await FindAsync(
            location, session, connection.UserID, only: null, cancellationToken).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<SnapshotSession>> EndAsync(
        SnapshotLocation location, MySqlOptions connection, CancellationToken cancellationToken) =>
        EndMatchingAsync(location, connection, database: null, cancellationToken);

    public Task<IReadOnlyList<SnapshotSession>> EndAsync(
        SnapshotLocation location,
        MySqlOptions connection,
        string database,
        CancellationToken cancellationToken) =>
        EndMatchingAsync(location, connection, database, cancellationToken);

    private async Task<IReadOnlyList<SnapshotSession>> EndMatchingAsync(
        SnapshotLocation location,
        MySqlOptions connection,
        string? database,
        CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(location, connection, cancellationToken).ConfigureAwait(false);
        var ended = new Dictionary<ulong, SnapshotSession>();
        var patience = PatienceWith(session.Kind);
        var start = _time.GetTimestamp();
        while (true)
        {
            var found = await FindAsync(
                location, session, connection.UserID, database, cancellationToken).ConfigureAwait(false);
            if (found.Count == 0)
            {
                await SessionRecords.ClearAsync(location, database, cancellationToken).ConfigureAwait(false);
                return [.. ended.Values];
            }

            if (_time.GetElapsedTime(start) > patience)
            {
                throw new SnapshotException(SnapshotFailure.SessionRemains, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Sessions {string.Join(", ", found.Select(static s => s.ConnectionId))} of snapshot "
                        + $"{location.Id} are still on {connection.Describe()} {patience.TotalSeconds} s after KILL. "
                        + $"End them manually."));
            }

            foreach (var one in found.Where(s => ended.TryAdd(s.ConnectionId, s)))
            {
                await MySqlServer.KillAsync(session, one.ConnectionId, cancellationToken).ConfigureAwait(false);
            }

            // The server does not announce the end of a session, so it is polled.
            await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How long a session may take to end after KILL. A proxy of OceanBase does not know the sessions of other
    /// proxies; those end when they were idle.</summary>
    public static TimeSpan PatienceWith(MySqlServerKind server) =>
        server == MySqlServerKind.OceanBase ? new LockRowTimes().Lapse + Patience : Patience;

    private static Task<MySqlSession> OpenAsync(
        SnapshotLocation location, MySqlOptions connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        StorageName.Check(location);
        return MySqlSession.OpenAsync(connection.With(database: ""), cancellationToken);
    }

    private static async Task<IReadOnlyList<SnapshotSession>> FindAsync(
        SnapshotLocation location,
        MySqlSession session,
        string user,
        string? only,
        CancellationToken cancellationToken)
    {
        var server = await MySqlServer.IdentifyAsync(session, cancellationToken).ConfigureAwait(false);
        var recorded = (await SessionRecords.ReadAsync(location, cancellationToken).ConfigureAwait(false))
            .Where(r => r.ServerKey == server.Key)
            .ToList();
        var sessions = (
            await MySqlServer.SessionsAsync(session, cancellationToken).ConfigureAwait(false)).Where(s =>
                !s.IsOwn).ToList();
        var own = sessions.Where(
            s => user == s.User || user.StartsWith(s.User + "@", StringComparison.Ordinal)).Select(static s => s.Id);
        var lockHolders = await LockHoldersAsync(location, session, own, cancellationToken).ConfigureAwait(false);
        var marker = SessionMarker.Comment(location.Id);
        var found = new List<SnapshotSession>();
        foreach (var live in sessions)
        {
            // Connection ids restart after a server restart, so the address must match as well.
            var record = recorded.Find(r => r.ConnectionId == live.Id && r.Host == live.Host);
            var database = record?.Database ?? lockHolders.GetValueOrDefault(live.Id);
            if (only is not null && database != only)
            {
                continue;
            }

            var marked = live.Info?.Contains(marker, StringComparison.Ordinal) == true;
            if (database is not null || marked)
            {
                found.Add(
                    new SnapshotSession(location.Id, database ?? live.Database ?? "", live.Id, live.Host, server.Key));
            }
        }

        return found;
    }

    // Sessions that hold a lock of this snapshot, with the load it is for; empty for mydumper's.
    private static async Task<Dictionary<ulong, string>> LockHoldersAsync(
        SnapshotLocation location,
        MySqlSession session,
        IEnumerable<ulong> sessions,
        CancellationToken cancellationToken)
    {
        var holders = new Dictionary<ulong, string>();
        if (await ServerLock.KindAsync(session, cancellationToken).ConfigureAwait(false) == ServerLockKind.Row)
        {
            return holders;
        }

        var locks = new List<(string Prefix, string Load)> { (SessionMarker.DumperLock(location.Id), "") };
        if (await ManifestStore.ReadAsync(location, cancellationToken).ConfigureAwait(false) is { } manifest)
        {
            foreach (var load in manifest.Databases.SelectMany(
                static d => (string[])[d.Name, d.Name + SessionMarker.ForTest]))
            {
                locks.Add((SessionMarker.LoaderLock(location.Id, load), load));
                if (await ServerLock.FunctionHolderAsync(
                    session,
                    SessionMarker.LoadLock(location.Id, load),
                    cancellationToken).ConfigureAwait(false) is { } id)
                {
                    holders[id] = load;
                }
            }
        }

        foreach (var id in sessions)
        {
            foreach (var (prefix, load) in locks)
            {
                if (await ServerLock.FunctionHolderAsync(
                    session,
                    string.Create(CultureInfo.InvariantCulture, $"{prefix}{id}"),
                    cancellationToken).ConfigureAwait(false) == id)
                {
                    holders[id] = load;
                }
            }
        }

        return holders;
    }
}
