using SnapshotDatabase = Drydock.Clients.Snapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Checks the server before a database is dropped. Pure: facts in, outcome out.</summary>
internal static class RestoreGuards
{
    public static RestoreOutcome? Check(
        RestoreWork work, SnapshotRestoreSpec spec, SnapshotRestoreStatus? status, bool planOnly)
    {
        var left = work.Databases.Where(d => !IsDone(status, d.Name)).ToList();
        if (!planOnly && NotAllowed(work, spec, status, left) is { Count: > 0 } refused)
        {
            return new RestoreOutcome.Failed(
                Reasons.DropNotAllowed,
                $"{string.Join("; ", refused)}. Add it to spec.allowDrop if its present contents may be lost. Nothing "
                + "was changed.");
        }

        var blocks = Blocks(work, left).ToList();
        if (blocks.Count > 0)
        {
            return new RestoreOutcome.Blocked(blocks[0].Reason, Sentences.Join([.. blocks.Select(b => b.Message)]));
        }

        return work.UpgradeUid is null && !planOnly
            ? Sessions(work.State, left.ConvertAll(d => d.Name), [.. work.State.Sessions.Where(IsOnOneLeft)])
            : null;

        bool IsOnOneLeft(ServerSession session) =>
            left.Exists(d => string.Equals(d.Name, session.Database, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Sessions of other accounts block a restore that does not belong to an upgrade; the operator never ends
    /// them.</summary>
    public static RestoreOutcome? Sessions(
        ServerState look, IReadOnlyCollection<string> databases, IReadOnlyList<ServerSession> sessions) =>
        sessions.Count == 0
            ? null
            : new RestoreOutcome.Waits(
                Reasons.SessionsOpen,
                $"{string.Join("; ", sessions.Take(10).Select(s => s.Describe()))}{More(sessions.Count - 10)} "
                + $"at {look.Address}: {string.Join(", ", databases)} is in use. Close these sessions (the restore "
                + "does not end them); the restore then continues automatically.");

    private static string More(int count) => count > 0 ? $" and {count} more" : "";

    public static bool IsGivenUp(SnapshotRestoreStatus? status, string database) =>
        StateOf(status, database) != RestoreState.Pending;

    public static bool IsDone(SnapshotRestoreStatus? status, string database) =>
        StateOf(status, database) == RestoreState.Restored;

    public static RestoreState StateOf(SnapshotRestoreStatus? status, string database) =>
        status?.Databases.Find(d => d.Name == database)?.State ?? RestoreState.Pending;

    private static List<string> NotAllowed(
        RestoreWork work,
        SnapshotRestoreSpec spec,
        SnapshotRestoreStatus? status,
        IReadOnlyList<SnapshotDatabase> left) =>
    [
        .. work.State.Databases
            .Where(d => d.Exists
                && left.Any(l => l.Name == d.Name)
                && !IsGivenUp(status, d.Name)
                && !spec.AllowDrop.Contains(d.Name, StringComparer.Ordinal))
            .Select(d => $"Database {d.Name} exists at {work.State.Address} with {d.Tables} tables and is not in "
                + "spec.allowDrop"),
    ];

    private static IEnumerable<(string Reason, string Message)> Blocks(
        RestoreWork work, IReadOnlyList<SnapshotDatabase> left)
    {
        var look = work.State;
        if (look.ReadOnly)
        {
            yield return (
                Reasons.AccessDenied, $"{look.Address} is read-only. Name the writable server in spec.target.");
        }

        foreach (var missing in RestoreNeeds.Missing(look.Facts, [.. left.Select(d => Content(work, d))]))
        {
            yield return (Reasons.AccessDenied, missing.Message);
        }

        var needed = left.Sum(d => d.File.RawBytes);
        var freed = look.Databases.Where(d => left.Any(l => l.Name == d.Name)).Sum(d => d.Bytes);
        if (look.Facts.FreeBytes is { } free && free + freed < needed)
        {
            yield return (
                Reasons.NoSpace,
                $"{look.Address} has {free} bytes free, {freed} more once the databases are dropped, and the dumps "
                    + $"hold {needed} bytes of SQL. Free space on the server.");
        }
    }

    private static RestoreContent Content(RestoreWork work, SnapshotDatabase database)
    {
        var holdsCode = database.Views.Count + database.Routines.Count + database.Triggers.Count
            + database.Events.Count > 0;
        return new RestoreContent(database.Name)
        {
            HasViews = database.Views.Count > 0,
            HasRoutines = database.Routines.Count > 0,
            HasTriggers = database.Triggers.Count > 0,
            HasEvents = database.Events.Count > 0,

            // Dumps of earlier releases load their tables between LOCK TABLES and UNLOCK TABLES. OceanBase has no such
            // privilege.
            LocksTables = database.Tables.Count > 0
                && work.Manifest.Tool.Kind == DumpToolKind.MySqlDump
                && !work.State.IsOceanBase
                && !work.Manifest.Tool.Flags.Contains(MySqlDumpTool.SkipLocks, StringComparer.Ordinal),
            Definers = holdsCode
                ? [.. work.State.Databases.Where(d => d.Name == database.Name).SelectMany(d => d.Definers)]
                : [],
        };
    }
}
