namespace Drydock.Reconcilers.Snapshots;

/// <summary>Checks the server before a database is dropped. Pure.</summary>
internal static class RestoreGuards
{
    /// <exception cref="RestoreStopException">Something prevents the restore.</exception>
    public static void Require(RestoreWork work, SnapshotRestore restore, bool planOnly)
    {
        var (status, look) = (restore.Status, work.State);
        var left = work.Databases.Where(d => !IsDone(status, d.Name)).ToList();
        var names = left.ConvertAll(d => d.Name);
        var there = look.Databases.Where(d => names.Contains(d.Name, StringComparer.Ordinal)).ToList();
        var refused = there.FindAll(d => d.Exists
            && StateOf(status, d.Name) == RestoreState.Pending
            && !MayDrop(restore, work, d.Name));
        if (refused.Count > 0)
        {
            var unnamed = refused.Select(d => $"Database {d.Name} exists at {look.Address} with {d.Tables} tables and "
                + "did not when the restore was approved");
            throw RestoreStopException.Failed(
                Reasons.DropNotAllowed,
                $"{string.Join("; ", unnamed)}. It is not dropped. Move it away, then set a new {Annotations.Retry}.");
        }

        var blocks = Blocks(work, left, there).ToList();
        if (blocks.Count > 0)
        {
            throw RestoreStopException.Blocked(blocks[0].Reason, Sentences.Join([.. blocks.Select(b => b.Message)]));
        }

        if (work.UpgradeUid is null && !planOnly)
        {
            RequireUnused(
                look,
                names,
                [
                    .. look.Sessions.Where(
                        s => s.Database is { } used && names.Contains(used, StringComparer.OrdinalIgnoreCase)),
                ]);
        }
    }

    /// <summary>Whether a database that exists may be dropped: in an upgrade every one of the restore, otherwise those
    /// that existed when the restore began. Before that, the approval is of those that exist.</summary>
    public static bool MayDrop(SnapshotRestore restore, RestoreWork work, string database) =>
        work.Upgrade is not null
        || !RestoreProgress.HasBegun(restore.Status)
        || restore.Status!.Databases.Exists(d => d.Name == database && d.Dropped);

    /// <summary>Sessions of other accounts block a restore that does not belong to an upgrade; the operator never ends
    /// them.</summary>
    /// <exception cref="RestoreStopException">There are some.</exception>
    public static void RequireUnused(
        ServerState look, IReadOnlyCollection<string> databases, IReadOnlyList<ListedSession> sessions)
    {
        if (sessions.Count > 0)
        {
            var more = sessions.Count > 10 ? $" and {sessions.Count - 10} more" : "";
            throw RestoreStopException.Waits(
                Reasons.SessionsOpen,
                $"{string.Join("; ", sessions.Take(10).Select(s => s.Describe()))}{more} "
                + $"at {look.Address}: {string.Join(", ", databases)} is in use. Close these sessions (the restore "
                + "does not end them); the restore then continues automatically.");
        }
    }

    public static bool IsDone(SnapshotRestoreStatus? status, string database) =>
        StateOf(status, database) == RestoreState.Restored;

    public static RestoreState StateOf(SnapshotRestoreStatus? status, string database) =>
        status?.Databases.Find(d => d.Name == database)?.State ?? RestoreState.Pending;

    private static IEnumerable<(string Reason, string Message)> Blocks(
        RestoreWork work, List<ManifestDatabase> left, List<ServerDatabase> there)
    {
        var look = work.State;
        if (look.Facts.ReadOnly)
        {
            yield return (
                Reasons.AccessDenied, $"{look.Address} is read-only. Name the writable server in spec.target.");
        }

        foreach (var missing in RestoreNeeds.Missing(look.Facts, left.ConvertAll(d => Content(work, d))))
        {
            yield return (Reasons.AccessDenied, missing.Message);
        }

        var (needed, freed) = (left.Sum(d => d.File.RawBytes), there.Sum(d => d.Bytes));
        if (look.Facts.FreeBytes is { } free && free + freed < needed)
        {
            yield return (
                Reasons.NoSpace,
                $"{look.Address} has {free} bytes free, {freed} more once the databases are dropped, and the dumps "
                    + $"hold {needed} bytes of SQL. Free space on the server.");
        }
    }

    private static RestoreContent Content(RestoreWork work, ManifestDatabase database)
    {
        var content = new RestoreContent(database.Name)
        {
            HasViews = database.Views.Count > 0,
            HasRoutines = database.Routines.Count > 0,
            HasTriggers = database.Triggers.Count > 0,
            HasEvents = database.Events.Count > 0,

            // Dumps of earlier releases load their tables between LOCK TABLES and UNLOCK TABLES. OceanBase has no such
            // privilege.
            LocksTables = database.Tables.Count > 0
                && work.Manifest.Tool.Kind == DumpToolKind.MySqlDump
                && work.State.Facts.Kind != MySqlServerKind.OceanBase
                && !work.Manifest.Tool.Flags.Contains(MySqlDumpTool.SkipLocks, StringComparer.Ordinal),
        };
        return content is { HasViews: false, HasRoutines: false, HasTriggers: false, HasEvents: false }
            ? content
            : content with { Definers = work.State.Databases.First(d => d.Name == database.Name).Definers };
    }
}
