namespace Drydock.Reconcilers.Snapshots;

/// <summary>The databases in the status of a restore, and the changes written at each transition. Pure and
/// repeatable.</summary>
internal static class RestoreProgress
{
    private const int MostDifferences = 20;
    private const int LongestDifference = 1024;

    public static bool HasBegun(SnapshotRestoreStatus? status) =>
        status?.Databases.Exists(d => d.State != RestoreState.Pending) == true;

    /// <summary>Databases that contain neither the former data nor those of the snapshot.</summary>
    public static IReadOnlyList<string> Half(SnapshotRestoreStatus? status) =>
    [
        .. (status?.Databases ?? [])
            .Where(d => d.State is not (RestoreState.Pending or RestoreState.Restored))
            .Select(d => d.Name),
    ];

    public static SnapshotRestoreStatus Planned(SnapshotRestoreStatus status, RestoreWork work) => status with
    {
        SnapshotID = work.Manifest.Id,
        SnapshotTakenAt = work.Manifest.StartedAt,
        Databases =
        [
            .. work.Databases.Select(d =>
            {
                var there = work.State.Databases.First(l => l.Name == d.Name);
                return status.Databases.Find(b =>
                    b.Name == d.Name && (b.State != RestoreState.Pending || HasBegun(status)))
                    ?? new RestoredDatabase
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

    public static SnapshotRestoreStatus Dropping(SnapshotRestoreStatus status, SnapshotDrop drop) =>
        With(status, drop.Database, d => d with
        {
            State = RestoreState.Dropping,

            // A second drop removes what the first attempt loaded; only the first drop counted the former contents.
            Dropped = d.State == RestoreState.Pending ? drop.Existed : d.Dropped,
            TablesBefore = d.State == RestoreState.Pending ? (drop.Existed ? drop.Tables : null) : d.TablesBefore,
            Rows = null,
            Progress = null,
        });

    public static SnapshotRestoreStatus Loading(SnapshotRestoreStatus status, string database) =>
        With(status, database, d => d with { State = RestoreState.Loading });

    /// <param name="differences">Definitions that the server prints differently after the load.</param>
    public static SnapshotRestoreStatus Restored(
        SnapshotRestoreStatus status, ManifestDatabase database, IReadOnlyCollection<string> differences)
    {
        var shown = differences.Count > MostDifferences ? MostDifferences - 1 : differences.Count;
        var ended = SessionReceipt.Of(status.Receipt).Select(s => (s.Key, (string?)null));
        return Counted(With(RestoreReceipt.Set(status, [.. ended]), database.Name, d => d with
        {
            State = RestoreState.Restored,
            Rows = database.Rows,
            Progress = "done",
            Differences =
            [
                .. differences.Take(shown).Select(
                    text => text.Length > LongestDifference ? text[..(LongestDifference - 1)] + "…" : text),
                .. differences.Count > shown
                    ? (string[])[$"{differences.Count - shown} more are in the log of the operator."]
                    : [],
            ],
        }));
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

    /// <summary>Names of the claims that may have been taken.</summary>
    public static IReadOnlyList<string> ClaimsOf(SnapshotRestoreStatus? status) =>
        status?.Receipt?.GetValueOrDefault(Claims)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>When the attempt began, by the operator that began it.</summary>
    public static DateTimeOffset? Began(SnapshotRestoreStatus status) =>
        status.Receipt?.GetValueOrDefault(Since) is { } text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            : null;

    /// <summary>The status with entries of its receipt set, or removed with null.</summary>
    public static SnapshotRestoreStatus Set(
        SnapshotRestoreStatus status, params IReadOnlyList<(string Key, string? Value)> entries)
    {
        var next = new SortedDictionary<string, string>(status.Receipt ?? [], StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            if (value is null)
            {
                next.Remove(key);
            }
            else
            {
                next[key] = value;
            }
        }

        return status with { Receipt = next };
    }
}

/// <summary>Composes the status of a restore. Pure.</summary>
internal static class RestoreStatusComposer
{
    public static SnapshotRestoreStatus Running(
        SnapshotRestore restore, SnapshotRestoreStatus status, string activity, DateTimeOffset now) =>
        Compose(
            restore,
            status,
            RunState.Working,
            UnderWay(status),
            IsRestoring(status) ? Reasons.Restoring : Reasons.Verifying,
            activity,
            now) with
        { Holds = [] };

    public static SnapshotRestoreStatus Ended(
        SnapshotRestore restore, SnapshotRestoreStatus status, RestoreOutcome outcome, DateTimeOffset now)
    {
        var half = RestoreProgress.Half(status) is { Count: > 0 } names
            ? $"Incomplete now: {string.Join(", ", names)}. The restore drops and loads it again."
            : "";
        var (state, phase, message) = outcome.End switch
        {
            RestoreEnd.Restored => (RunState.Succeeded, SnapshotRestorePhases.Succeeded, outcome.Message),
            RestoreEnd.Planned => (RunState.Held, SnapshotRestorePhases.Planned, outcome.Message),
            RestoreEnd.Stopped => (
                RunState.Working,
                RestoreProgress.HasBegun(status) ? SnapshotRestorePhases.Restoring : SnapshotRestorePhases.Pending,
                $"{outcome.Message} {ControlAnnotations.HowToResume(restore.Metadata, restore.Spec.Paused)}"),
            RestoreEnd.Blocked => (
                RunState.Stalled,
                UnderWay(status),
                Sentences.Join(outcome.Message, half, "The operator checks again automatically.")),
            RestoreEnd.Failed => (
                RunState.Failed,
                SnapshotRestorePhases.Failed,
                outcome.Reason == Reasons.OutcomeUnknown
                    ? outcome.Message
                    : Sentences.Join(
                        outcome.Message,
                        half,
                        $"To continue, change the spec, or set a new annotation {Annotations.Retry}.")),
            _ => (RunState.Working, UnderWay(status), outcome.Message),
        };
        var held = outcome.Hold is { } hold
            ? hold with { Since = status.Holds.Find(h => h.Approval == hold.Approval)?.Since ?? now.ToSeconds() }
            : null;
        return Compose(restore, status, state, phase, outcome.Reason, message, now) with
        {
            Holds = held is null ? [] : [held],
        };
    }

    public static bool IsRestoring(SnapshotRestoreStatus? status) =>
        status?.Phase == SnapshotRestorePhases.Restoring || RestoreProgress.HasBegun(status);

    private static string UnderWay(SnapshotRestoreStatus status) =>
        IsRestoring(status) ? SnapshotRestorePhases.Restoring : SnapshotRestorePhases.Verifying;

    private static SnapshotRestoreStatus Compose(
        SnapshotRestore restore,
        SnapshotRestoreStatus status,
        RunState state,
        string phase,
        string reason,
        string message,
        DateTimeOffset now)
    {
        if (ControlAnnotations.PauseProblem(restore.Metadata) is { } problem)
        {
            message = Sentences.Join(message, problem);
        }

        if (restore.Metadata.DeletionTimestamp is not null && state != RunState.Succeeded)
        {
            message = $"The deletion waits for the database under way. The annotation {Annotations.OnDelete}: "
                + $"{Annotations.Abandon} releases the object immediately and leaves the database as it is. {message}";
            reason = state == RunState.Working ? Reasons.DeletionWaits : reason;
        }

        return JobConditions.Compose(
            status,
            restore.Metadata,
            new RunOutcome(state, phase, reason, message) { Held = state == RunState.Held },
            now,
            isOver: state is RunState.Held or RunState.Failed or RunState.Succeeded);
    }
}
