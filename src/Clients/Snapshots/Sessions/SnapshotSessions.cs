namespace Drydock.Clients.Snapshots;

/// <summary>Finds and ends the server sessions left by a dump or load whose process died.</summary>
/// <remarks>Needs no privilege beyond the user's own: the process list shows the user's own sessions, and KILL ends
/// them. A session of a load is found by its record in the storage (connection id and source address must both fit) or
/// by the named lock it holds, one of a dump by the marker in the statement it runs or by mydumper's lock.</remarks>
public sealed class SnapshotSessions(TimeProvider? time = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Ends all of them, or the load sessions of one database, and waits until the server no longer lists
    /// them. Returns those that were ended.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SessionRemains"/> after 30 seconds.</exception>
    internal async Task<IReadOnlyList<ListedSession>> EndAsync(
        SnapshotLocation location, MySqlOptions connection, string? database, CancellationToken cancellationToken)
    {
        StorageName.Check(location);
        await using var session = await MySqlSession.OpenAsync(connection.With(database: ""), cancellationToken);
        var ended = await EndAsync(
            session,
            () => FindAsync(location, session, connection.UserID, database, cancellationToken),
            (found, seconds) => $"Sessions {string.Join(", ", found.Select(static s => s.Id))} of snapshot "
                + $"{location.Id} are still on {connection.Describe()} {seconds} s after KILL. End them manually.",
            _time,
            cancellationToken);
        await SessionRecords.ClearAsync(location, database, cancellationToken);
        return ended;
    }

    /// <summary>Ends sessions and waits until none is found any more: their statements have then ended or will never
    /// start.</summary>
    /// <param name="find">Those that the server still lists.</param>
    /// <param name="remain">The message about those that remain after so many seconds.</param>
    /// <returns>Those that existed.</returns>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SessionRemains"/> after 30 seconds.</exception>
    /// <exception cref="MySqlSessionException">1095: no privilege to end another account's session.</exception>
    public static async Task<IReadOnlyList<ListedSession>> EndAsync(
        MySqlSession session,
        Func<Task<IReadOnlyList<ListedSession>>> find,
        Func<IReadOnlyList<ListedSession>, double, string> remain,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        // A proxy of OceanBase does not know the sessions of other proxies; those end when they were idle.
        var patience = session.Kind == MySqlServerKind.OceanBase ? new LockRowTimes().Lapse + Patience : Patience;
        var ended = new Dictionary<ulong, ListedSession>();
        var start = time.GetTimestamp();
        while (await find() is { Count: > 0 } found)
        {
            if (time.GetElapsedTime(start) > patience)
            {
                throw new SnapshotException(SnapshotFailure.SessionRemains, remain(found, patience.TotalSeconds));
            }

            foreach (var one in found.Where(s => ended.TryAdd(s.Id, s)))
            {
                await MySqlServer.KillAsync(session, one.Id, cancellationToken);
            }

            // The server does not announce the end of a session, so it is polled.
            await Task.Delay(Pause, time, cancellationToken);
        }

        return [.. ended.Values];
    }

    internal static async Task<IReadOnlyList<ListedSession>> FindAsync(
        SnapshotLocation location, MySqlSession session, string user, string? only, CancellationToken cancellationToken)
    {
        var server = await MySqlServer.IdentifyAsync(session, cancellationToken);
        var records = await SessionRecords.ReadAsync(location, cancellationToken);
        var sessions = (await MySqlServer.SessionsAsync(session, cancellationToken)).Where(s => !s.IsOwn).ToList();
        var own = sessions.Where(
            s => user == s.User || user.StartsWith(s.User + "@", StringComparison.Ordinal)).Select(static s => s.Id);
        var lockHolders = await LockHoldersAsync(location, session, own, cancellationToken);
        var marker = SessionMarker.Comment(location.Id);
        return
        [
            .. from live in sessions
               // Connection ids restart after a server restart, so the address must match as well.
               let record = records.FirstOrDefault(
                   r => r.ServerKey == server.Key && r.ConnectionId == live.Id && r.Host == live.Host)
               let database = record?.Database ?? lockHolders.GetValueOrDefault(live.Id)
               let isMarked = live.Info?.Contains(marker, StringComparison.Ordinal) == true
               where only is null ? database is not null || isMarked : database == only
               select live,
        ];
    }

    // Sessions that hold a lock of this snapshot, with the load it is for; empty for mydumper's.
    private static async Task<Dictionary<ulong, string>> LockHoldersAsync(
        SnapshotLocation location,
        MySqlSession session,
        IEnumerable<ulong> sessions,
        CancellationToken cancellationToken)
    {
        var holders = new Dictionary<ulong, string>();
        if (await ServerLock.KindAsync(session, cancellationToken) == ServerLockKind.Row)
        {
            return holders;
        }

        var locks = new List<(string Prefix, string Load)> { (SessionMarker.DumperLock(location.Id), "") };
        if (await ManifestStore.ReadAsync(location, cancellationToken) is { } manifest)
        {
            locks.AddRange(
                from database in manifest.Databases
                from load in (string[])[database.Name, database.Name + SessionMarker.ForTest]
                select (SessionMarker.LoadLock(location.Id, load), load));
        }

        foreach (var id in sessions)
        {
            foreach (var (prefix, load) in locks)
            {
                if (await ServerLock.FunctionHolderAsync(session, $"{prefix}{id}", cancellationToken) == id)
                {
                    holders[id] = load;
                }
            }
        }

        return holders;
    }
}

/// <summary>Identifies the sessions of a snapshot on the server. Names of locks have at most 64 characters.</summary>
internal static class SessionMarker
{
    /// <summary>Appended to a database name for the load of a restore test, so that it is never mistaken for a
    /// restore.</summary>
    internal const string ForTest = ">verify";

    internal static string Comment(string snapshotId) => $"/* drydock:{snapshotId}; */";

    /// <summary>Beginning of the name of the lock that every client of a load holds; its connection id is the
    /// end.</summary>
    internal static string LoadLock(string snapshotId, string load) =>
        "drydock.load." + Hash($"{snapshotId}/{load}", 28) + ".";

    internal static string DumperLock(string snapshotId) => "drydock.dump." + Hash(snapshotId, 28) + ".";

    internal static string RestoreLock(string target) => "drydock.restore." + Hash(target, 40);

    internal static string Hash(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}

/// <summary>The records of running load sessions, stored next to the snapshot's files so that a successor
/// finds them.</summary>
internal static class SessionRecords
{
    internal static async Task<string> AddAsync(
        SnapshotLocation location, SnapshotSession session, CancellationToken cancellationToken)
    {
        var name = $"{Folder(location)}{StorageName.Unique()}.json";
        await StoredDocument.WriteAsync(
            location.Storage, name, session, SnapshotJson.Default.SnapshotSession, cancellationToken);
        return name;
    }

    /// <summary>Reads all records; a record truncated by a crash is ignored.</summary>
    internal static async Task<IReadOnlyList<SnapshotSession>> ReadAsync(
        SnapshotLocation location, CancellationToken cancellationToken)
    {
        var sessions = new List<SnapshotSession?>();
        foreach (var entry in await location.Storage.ListAsync(Folder(location), cancellationToken))
        {
            sessions.Add(await ReadAsync(location, entry.Name, cancellationToken));
        }

        return [.. sessions.OfType<SnapshotSession>()];
    }

    internal static async Task ClearAsync(
        SnapshotLocation location, string? database, CancellationToken cancellationToken)
    {
        foreach (var entry in await location.Storage.ListAsync(Folder(location), cancellationToken))
        {
            if (database is null || (await ReadAsync(location, entry.Name, cancellationToken))?.Database == database)
            {
                await location.Storage.DeleteAsync(entry.Name, cancellationToken);
            }
        }
    }

    private static async Task<SnapshotSession?> ReadAsync(
        SnapshotLocation location, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await StoredDocument.ReadAsync(
                location.Storage, name, SnapshotLimits.Record, SnapshotJson.Default.SnapshotSession, cancellationToken);
        }
        catch (Exception e) when (e is JsonException or SnapshotException { Failure: SnapshotFailure.NotFound })
        {
            // Written by an attempt that died during the write, whose session never got past its login; or removed
            // since it was listed, because that session ended normally.
            return null;
        }
    }

    internal static string Folder(SnapshotLocation location) => $"{location.Prefix}sessions/";
}

/// <summary>A server session that belongs to a load.</summary>
/// <param name="Database">The database it loads.</param>
/// <param name="ConnectionId">CONNECTION_ID() on the server.</param>
/// <param name="Host">The client address as shown in the process list.</param>
/// <param name="ServerKey">Which server (<c>MySqlServerIdentity.Key</c>).</param>
public sealed record SnapshotSession(
    string SnapshotId, string Database, ulong ConnectionId, string Host, string ServerKey);
