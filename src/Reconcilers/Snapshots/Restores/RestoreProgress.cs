using SnapshotDatabase = Drydock.Clients.Snapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The databases in the status of a restore, and the changes written at each transition. Pure and
/// repeatable.</summary>
internal static class RestoreProgress
{
    public static bool HasBegun(SnapshotRestoreStatus? status) =>
        status?.Databases.Exists(d => d.State != RestoreState.Pending) == true;

    public static bool Begins(SnapshotRestoreStatus? before, SnapshotRestoreStatus? after) =>
        after?.Phase == SnapshotRestorePhases.Restoring && before?.Phase != SnapshotRestorePhases.Restoring;

    public static bool HasHalf(SnapshotRestoreStatus? status) => Half(status).Count > 0;

    public static IReadOnlyList<string> Half(SnapshotRestoreStatus? status) =>
        [
            .. (status?.Databases ?? [])
            .Where(d => d.State is not (RestoreState.Pending or RestoreState.Restored))
            .Select(d => d.Name),
        ];

    public static SnapshotRestoreStatus Planned(SnapshotRestoreStatus status, RestoreWork work) =>
        Named(status, work) with
        {
            Databases =
        [
            .. work.Databases.Select(d =>
            {
                var there = work.State.Databases.First(l => l.Name == d.Name);
                var before = status.Databases.Find(b => b.Name == d.Name);
                return before is not null && before.State != RestoreState.Pending
                    ? before
                    : new RestoredDatabase
                    {
                        Name = d.Name,
                        Dropped = there.Exists,
                        TablesBefore = there.Exists ? there.Tables : null,
                    };
            }),
        ],
        };

    public static SnapshotRestoreStatus Begun(SnapshotRestoreStatus status, RestoreWork work) =>
        Counted(Planned(status, work) with { Phase = SnapshotRestorePhases.Restoring });

    public static SnapshotRestoreStatus Dropping(
        SnapshotRestoreStatus status, string database, bool existed, int tables, SessionReceipt session) =>
        With(status, database, d => d with
        {
            State = RestoreState.Dropping,

            // A second drop removes what the first attempt loaded; only the first drop counted the former contents.
            Dropped = d.State == RestoreState.Pending ? existed : d.Dropped,
            TablesBefore = d.State == RestoreState.Pending ? (existed ? tables : null) : d.TablesBefore,
            Rows = null,
            Progress = null,
        }) with
        { Receipt = RestoreReceipt.With(status.Receipt, session.Key, session.Host) };

    public static SnapshotRestoreStatus Loading(
        SnapshotRestoreStatus status, string database, SessionReceipt session) =>
        With(status, database, d => d with { State = RestoreState.Loading }) with
        {
            Receipt = RestoreReceipt.With(status.Receipt, session.Key, session.Host),
        };

    public static SnapshotRestoreStatus Restored(
        SnapshotRestoreStatus status, SnapshotDatabase database, IReadOnlyList<string> differences)
    {
        var receipt = new SortedDictionary<string, string>(status.Receipt ?? [], StringComparer.Ordinal);
        foreach (var key in receipt.Keys.Where(SessionReceipt.IsKey).ToList())
        {
            receipt.Remove(key);
        }

        return Counted(
            With(
                status,
                database.Name,
                d => d with
                {
                    State = RestoreState.Restored,
                    Rows = database.Rows,
                    Progress = "done",
                    Differences = RestoreDifferences.Bounded(differences),
                }) with
            {
                Receipt = receipt,
            });
    }

    public static SnapshotRestoreStatus Shown(SnapshotRestoreStatus status, RestoreJob job) => Counted(status with
    {
        Databases =
        [
            .. status.Databases.Select(d =>
                d.State == RestoreState.Restored || job.ProgressOf(d.Name) is not { } progress
                ? d
                : d with
                {
                    Progress = progress.Describe(),
                    State = d.State == RestoreState.Loading && progress.Stage == SnapshotStage.Comparing
                        ? RestoreState.Comparing
                        : d.State,
                }),
        ],
    });

    private static SnapshotRestoreStatus Named(SnapshotRestoreStatus status, RestoreWork work) =>
        status with { SnapshotID = work.Manifest.Id, SnapshotTakenAt = work.Manifest.StartedAt };

    private static SnapshotRestoreStatus Counted(SnapshotRestoreStatus status) => status with
    {
        Progress = status.Databases.Count == 0
            ? status.Progress
            : $"{status.Databases.Count(d => d.State == RestoreState.Restored)}/{status.Databases.Count}",
    };

    private static SnapshotRestoreStatus With(
        SnapshotRestoreStatus status, string database, Func<RestoredDatabase, RestoredDatabase> change) =>
        status with { Databases = [.. status.Databases.Select(d => d.Name == database ? change(d) : d)] };
}

/// <summary>Keys of <c>status.receipt</c> of a restore.</summary>
internal static class RestoreReceipt
{
    public const string Job = "job";

    public const string Since = "since";

    public const string Server = "server";

    public const string Claims = "claims";

    /// <summary>UID of the object when its first job started.</summary>
    public const string Restore = "restore";

    public static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    /// <summary>The receipt with one entry set, or removed with null.</summary>
    public static SortedDictionary<string, string> With(
        SortedDictionary<string, string>? receipt, string key, string? value)
    {
        var next = new SortedDictionary<string, string>(
            receipt ?? new SortedDictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        if (value is null)
        {
            next.Remove(key);
        }
        else
        {
            next[key] = value;
        }

        return next;
    }
}
