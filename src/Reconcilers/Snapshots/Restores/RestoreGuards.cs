using System.Globalization;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;
using SnapshotDatabase = Drydock.Clients.Snapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>What must be true of the server before anything is dropped. Pure: facts in, outcome out.</summary>
internal static class RestoreGuards
{
    // What a dump does in each database that it is loaded into.
    private static readonly string[] Always = ["SELECT", "INSERT", "CREATE", "DROP", "ALTER", "INDEX"];

    // Any of them lets an account create what runs as another: MySQL 5.7 and MariaDB; MariaDB 10.5; MySQL 8.0; MySQL
    // 8.2.
    private static readonly string[] ForDefiners = ["SUPER", "SET USER", "SET_USER_ID", "SET_ANY_DEFINER"];

    /// <summary>
    /// The first thing that keeps the restore from beginning, in the order final, in need of a repair, passing; null if
    /// nothing does.
    /// </summary>
    /// <param name="work">What is restored, and the server as it is.</param>
    /// <param name="spec">What is allowed.</param>
    /// <param name="status">What has been given up already.</param>
    /// <param name="planOnly">Nothing will be done: only what needs a repair counts.</param>
    public static RestoreOutcome? Check(
        RestoreWork work, SnapshotRestoreSpec spec, SnapshotRestoreStatus? status, bool planOnly)
    {
        var left = work.Databases.Where(d => !IsDone(status, d.Name)).ToList();
        if (!planOnly && NotAllowed(work, spec, status, left) is { Count: > 0 } refused)
        {
            return new RestoreOutcome.Failed(
                Reasons.DropNotAllowed,
                $"{string.Join("; ", refused)}. Add it to spec.allowDrop if its present contents may be lost. Nothing was changed");
        }

        var blocks = Blocks(work, left).ToList();
        if (blocks.Count > 0)
        {
            return new RestoreOutcome.Blocked(blocks[0].Reason, string.Join("; ", blocks.Select(b => b.Message)));
        }

        return work.UpgradeUid is null && !planOnly ? Sessions(
            work.Look,
            left.ConvertAll(d => d.Name),
            [.. work.Look.Sessions.Where(s => left.Exists(d => string.Equals(d.Name, s.Database, StringComparison.OrdinalIgnoreCase)))]) : null;
    }

    /// <summary>Sessions of others keep a restore that stands alone from beginning; they are never ended.</summary>
    public static RestoreOutcome? Sessions(ServerLook look, IReadOnlyCollection<string> databases, IReadOnlyList<ServerSession> sessions) => sessions.Count == 0
        ? null
        : new RestoreOutcome.Waits(
            Reasons.SessionsOpen,
            $"{string.Join("; ", sessions.Take(10).Select(s => s.Describe()))}{(sessions.Count > 10 ? string.Create(CultureInfo.InvariantCulture, $" and {sessions.Count - 10} more") : "")} at {look.Address}: {string.Join(", ", databases)} is in use. It goes on by itself when they are gone; close them (they are not ended by the restore)");

    /// <summary>Whether a database is restored, or its former contents are given up already.</summary>
    public static bool IsGivenUp(SnapshotRestoreStatus? status, string database) =>
        StateOf(status, database) != RestoreState.Pending;

    /// <summary>Whether a database is restored.</summary>
    public static bool IsDone(SnapshotRestoreStatus? status, string database) =>
        StateOf(status, database) == RestoreState.Restored;

    /// <summary>Where a database stands.</summary>
    public static RestoreState StateOf(SnapshotRestoreStatus? status, string database) =>
        status?.Databases.Find(d => d.Name == database)?.State ?? RestoreState.Pending;

    private static List<string> NotAllowed(RestoreWork work, SnapshotRestoreSpec spec, SnapshotRestoreStatus? status, IReadOnlyList<SnapshotDatabase> left) =>
    [
        .. work.Look.Databases
            .Where(d => d.Exists && left.Any(l => l.Name == d.Name) && !IsGivenUp(status, d.Name) && !spec.AllowDrop.Contains(d.Name, StringComparer.Ordinal))
            .Select(d => string.Create(CultureInfo.InvariantCulture, $"database {d.Name} exists at {work.Look.Address} with {d.Tables} tables and is not in spec.allowDrop")),
    ];

    private static IEnumerable<(string Reason, string Message)> Blocks(RestoreWork work, IReadOnlyList<SnapshotDatabase> left)
    {
        var look = work.Look;
        if (look.ReadOnly)
        {
            yield return (Reasons.AccessDenied, $"{look.Address} is read-only; name the writable server in spec.target");
        }

        if (!look.NamedLocks)
        {
            yield return (Reasons.LockUnavailable, $"{look.Address} has no GET_LOCK, by which a drop is fenced; restore to a server that has it, or load the dump by hand");
        }

        foreach (var missing in Missing(work, left))
        {
            yield return (Reasons.AccessDenied, missing);
        }

        var needed = left.Sum(d => d.File.RawBytes);
        var freed = look.Databases.Where(d => left.Any(l => l.Name == d.Name)).Sum(d => d.Bytes);
        if (look.FreeBytes is { } free && free + freed < needed)
        {
            yield return (Reasons.NoSpace, string.Create(
                CultureInfo.InvariantCulture, $"{look.Address} has {free} bytes free, {freed} more once the databases are dropped, and the dumps hold {needed} bytes of SQL; make room"));
        }
    }

    private static IEnumerable<string> Missing(RestoreWork work, IReadOnlyList<SnapshotDatabase> left)
    {
        var look = work.Look;

        // What roles give is not listed; the server itself refuses then, and a missing privilege cannot be claimed.
        if (look.Grants.HasRoles)
        {
            yield break;
        }

        foreach (var database in left)
        {
            foreach (var privilege in Needed(database, look, work.Manifest).Where(p => !look.Grants.Has(p, database.Name)))
            {
                yield return $"account {look.Account} lacks {privilege} on `{database.Name}`.*, which the load of the dump needs; give it with: GRANT {privilege} ON `{database.Name}`.* TO the account";
            }
        }

        var foreign = look.Databases
            .Where(d => left.Any(l => l.Name == d.Name && HoldsCode(l)))
            .SelectMany(d => d.Definers)
            .Where(d => d != look.Account)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (foreign.Count > 0 && !Array.Exists(ForDefiners, look.Grants.HasGlobal))
        {
            yield return $"views, routines, triggers or events run as {string.Join(", ", foreign.Take(5))}, and account {look.Account} may not create such: it lacks SET USER (MySQL: SET_USER_ID or SET_ANY_DEFINER; before: SUPER) on *.*";
        }

        if (look.FunctionsNeedSuper && left.Any(d => d.Routines.Count + d.Triggers.Count > 0) && !look.Grants.HasGlobal("SUPER"))
        {
            yield return $"{look.Address} writes a binary log and has log_bin_trust_function_creators off, so account {look.Account} needs SUPER to create functions and triggers; give it, or switch the variable on";
        }
    }

    private static IEnumerable<string> Needed(SnapshotDatabase database, ServerLook look, SnapshotManifest manifest)
    {
        foreach (var privilege in Always)
        {
            yield return privilege;
        }

        // mysqldump's tables are loaded between LOCK TABLES and UNLOCK TABLES.
        if (database.Tables.Count > 0 && manifest.Tool.Kind == DumpToolKind.MySqlDump && !look.IsOceanBase)
        {
            yield return "LOCK TABLES";
        }

        if (database.Views.Count > 0)
        {
            yield return "CREATE VIEW";
        }

        if (database.Routines.Count > 0)
        {
            yield return "CREATE ROUTINE";
        }

        if (database.Triggers.Count > 0)
        {
            yield return "TRIGGER";
        }

        if (database.Events.Count > 0)
        {
            yield return "EVENT";
        }
    }

    private static bool HoldsCode(SnapshotDatabase database) =>
        database.Views.Count + database.Routines.Count + database.Triggers.Count + database.Events.Count > 0;
}
