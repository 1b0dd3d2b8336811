using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Writes down where a restore stands. Pure.</summary>
internal static class RestoreStatusComposer
{
    /// <summary>A job runs.</summary>
    public static SnapshotRestoreStatus Running(
        SnapshotRestore restore, SnapshotRestoreStatus status, string activity, DateTimeOffset now)
    {
        var restoring = status.Phase == SnapshotRestorePhases.Restoring || RestoreProgressOf.HasBegun(status);
        return Compose(
            restore,
            status,
            new RunStatusSummary(RunOutcomeKind.Progressing, restoring ? SnapshotRestorePhases.Restoring : SnapshotRestorePhases.Verifying, restoring ? Reasons.Restoring : Reasons.Verifying, activity),
            now);
    }

    /// <summary>A job came to something.</summary>
    public static SnapshotRestoreStatus Ended(
        SnapshotRestore restore, SnapshotRestoreStatus status, RestoreOutcome outcome, DateTimeOffset now)
    {
        var under = status.Phase == SnapshotRestorePhases.Restoring || RestoreProgressOf.HasBegun(status) ? SnapshotRestorePhases.Restoring : SnapshotRestorePhases.Verifying;
        var standing = outcome switch
        {
            RestoreOutcome.Restored done => new RunStatusSummary(RunOutcomeKind.Succeeded, SnapshotRestorePhases.Succeeded, Reasons.Succeeded, done.Message),
            RestoreOutcome.Planned planned => new RunStatusSummary(RunOutcomeKind.PlanReady, SnapshotRestorePhases.Planned, Reasons.PlanReady, planned.Message),
            RestoreOutcome.Stopped stopped => Paused(status, stopped.Message),
            RestoreOutcome.Waits waits => new RunStatusSummary(RunOutcomeKind.Progressing, under, waits.Reason, waits.Message),
            RestoreOutcome.Blocked blocked => new RunStatusSummary(RunOutcomeKind.Stalled, under, blocked.Reason, $"{blocked.Message}{Half(status)}. It looks again by itself"),
            RestoreOutcome.Failed failed => new RunStatusSummary(
                RunOutcomeKind.Stalled, SnapshotRestorePhases.Failed, failed.Reason, $"{failed.Message}{Half(status)}. It goes on after a change of the spec, or with a new spec.retry or annotation {Annotations.Retry}")
            { Failed = true },
            _ => new RunStatusSummary(RunOutcomeKind.Progressing, under, Reasons.Pending, outcome.Message),
        };
        return Compose(restore, status, standing, now);
    }

    /// <summary>spec.paused, before or between databases.</summary>
    public static RunStatusSummary Paused(SnapshotRestoreStatus? status, string message) => new(
        RunOutcomeKind.Progressing,
        RestoreProgressOf.HasBegun(status) ? SnapshotRestorePhases.Restoring : SnapshotRestorePhases.Pending,
        Reasons.Paused,
        $"{message}; set spec.paused to false to go on");

    /// <summary>A standing with its conditions.</summary>
    public static SnapshotRestoreStatus Compose(
        SnapshotRestore restore, SnapshotRestoreStatus status, RunStatusSummary standing, DateTimeOffset now)
    {
        var message = restore.Metadata.DeletionTimestamp is null || standing.Kind == RunOutcomeKind.Succeeded
            ? standing.Message
            : $"deletion waits for the database that is under way; the annotation {Annotations.OnDelete}: {Annotations.Abandon} lets go at once and leaves it as it is. {standing.Message}";
        var reason = restore.Metadata.DeletionTimestamp is not null && standing.Kind == RunOutcomeKind.Progressing ? Reasons.DeletionWaits : standing.Reason;
        var set = new ConditionSet(status.Conditions, now, restore.Metadata.Generation);
        var succeeded = standing.Kind == RunOutcomeKind.Succeeded;
        var planned = standing.Kind == RunOutcomeKind.PlanReady;
        var stalled = standing.Kind == RunOutcomeKind.Stalled;
        set.Set(ConditionTypes.Ready, succeeded || planned, reason, message);
        set.Set(ConditionTypes.Reconciling, standing.Kind == RunOutcomeKind.Progressing, reason, standing.Kind == RunOutcomeKind.Progressing ? message : "");
        set.Set(ConditionTypes.Stalled, stalled, reason, stalled ? message : "");
        set.Set(ConditionTypes.Planned, planned, planned ? reason : Reasons.NotYet, planned ? message : "");
        set.Set(ConditionTypes.Succeeded, succeeded, succeeded ? reason : Reasons.NotYet, succeeded ? message : "");
        set.Set(ConditionTypes.Failed, standing.Failed, standing.Failed ? reason : Reasons.NotFailed, standing.Failed ? message : "");
        return status with
        {
            ObservedGeneration = restore.Metadata.Generation,
            Phase = standing.Phase,
            Message = SchemaLimits.Clip(message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = succeeded || planned || standing.Failed ? status.FinishedAt ?? now : null,
            Conditions = set.Conditions,
        };
    }

    private static string Half(SnapshotRestoreStatus status) => RestoreProgressOf.Half(status) is { Count: > 0 } half
        ? $". Not whole now: {string.Join(", ", half)}; what is there is dropped and loaded anew"
        : "";
}
