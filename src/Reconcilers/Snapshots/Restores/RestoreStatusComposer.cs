namespace Drydock.Reconcilers.Snapshots;

/// <summary>Composes the status of a restore. Pure.</summary>
internal static class RestoreStatusComposer
{
    public static SnapshotRestoreStatus Running(
        SnapshotRestore restore, SnapshotRestoreStatus status, string activity, DateTimeOffset now)
    {
        var restoring = status.Phase == SnapshotRestorePhases.Restoring || RestoreProgress.HasBegun(status);
        return Compose(
            restore,
            status,
            new RunStatusSummary(
                RunOutcomeKind.Progressing,
                restoring ? SnapshotRestorePhases.Restoring : SnapshotRestorePhases.Verifying,
                restoring ? Reasons.Restoring : Reasons.Verifying,
                activity),
            now);
    }

    public static SnapshotRestoreStatus Ended(
        SnapshotRestore restore, SnapshotRestoreStatus status, RestoreOutcome outcome, DateTimeOffset now)
    {
        var under = status.Phase == SnapshotRestorePhases.Restoring || RestoreProgress.HasBegun(status)
            ? SnapshotRestorePhases.Restoring
            : SnapshotRestorePhases.Verifying;
        var summary = outcome switch
        {
            RestoreOutcome.Restored done =>
                new RunStatusSummary(
                    RunOutcomeKind.Succeeded, SnapshotRestorePhases.Succeeded, Reasons.Succeeded, done.Message),
            RestoreOutcome.Planned planned =>
                new RunStatusSummary(
                    RunOutcomeKind.PlanReady, SnapshotRestorePhases.Planned, Reasons.PlanReady, planned.Message),
            RestoreOutcome.Stopped stopped => Paused(restore, status, stopped.Message),
            RestoreOutcome.Waits waits =>
                new RunStatusSummary(RunOutcomeKind.Progressing, under, waits.Reason, waits.Message),
            RestoreOutcome.Blocked blocked =>
                new RunStatusSummary(
                    RunOutcomeKind.Stalled,
                    under,
                    blocked.Reason,
                    Sentences.Join(blocked.Message, Half(status), "The operator checks again automatically.")),
            RestoreOutcome.Failed failed => new RunStatusSummary(
                RunOutcomeKind.Stalled,
                SnapshotRestorePhases.Failed,
                failed.Reason,
                failed.Reason == Reasons.OutcomeUnknown
                    ? failed.Message
                    : Sentences.Join(
                        failed.Message,
                        Half(status),
                        $"To continue, change the spec, or set a new spec.retry or annotation {Annotations.Retry}."))
            { Failed = true },
            _ => new RunStatusSummary(RunOutcomeKind.Progressing, under, Reasons.Pending, outcome.Message),
        };
        return Compose(restore, status, summary, now);
    }

    public static RunStatusSummary Paused(
        SnapshotRestore restore, SnapshotRestoreStatus? status, string message) => new(
        RunOutcomeKind.Progressing,
        RestoreProgress.HasBegun(status) ? SnapshotRestorePhases.Restoring : SnapshotRestorePhases.Pending,
        Reasons.Paused,
        $"{message} {ControlAnnotations.HowToResume(restore.Metadata, restore.Spec.Paused)}");

    public static SnapshotRestoreStatus Compose(
        SnapshotRestore restore, SnapshotRestoreStatus status, RunStatusSummary summary, DateTimeOffset now)
    {
        if (ControlAnnotations.PauseProblem(restore.Metadata) is { } problem)
        {
            summary = summary with { Message = Sentences.Join(summary.Message, problem) };
        }

        var message = restore.Metadata.DeletionTimestamp is null || summary.Kind == RunOutcomeKind.Succeeded
            ? summary.Message
            : $"The deletion waits for the database under way. The annotation {Annotations.OnDelete}: "
                + $"{Annotations.Abandon} releases the object immediately and leaves the database as it is. "
                + $"{summary.Message}";
        var reason = restore.Metadata.DeletionTimestamp is not null && summary.Kind == RunOutcomeKind.Progressing
            ? Reasons.DeletionWaits
            : summary.Reason;
        var set = new ConditionSet(status.Conditions, now, restore.Metadata.Generation);
        var succeeded = summary.Kind == RunOutcomeKind.Succeeded;
        var planned = summary.Kind == RunOutcomeKind.PlanReady;
        set.Set(ConditionTypes.Ready, succeeded || planned, reason, message);
        set.Set(
            ConditionTypes.Reconciling,
            summary.Kind == RunOutcomeKind.Progressing,
            reason,
            summary.Kind == RunOutcomeKind.Progressing ? message : "");
        var stalled = summary.Kind == RunOutcomeKind.Stalled;
        set.Set(ConditionTypes.Stalled, stalled, reason, stalled ? message : "");
        set.Set(ConditionTypes.Planned, planned, planned ? reason : Reasons.NotYet, planned ? message : "");
        SnapshotStatusComposer.SetEnd(set, summary, reason, message);
        return status with
        {
            ObservedGeneration = restore.Metadata.Generation,
            Phase = summary.Phase,
            Message = SchemaLimits.Clip(message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = succeeded || planned || summary.Failed ? status.FinishedAt ?? now : null,
            Conditions = set.Conditions,
        };
    }

    private static string Half(SnapshotRestoreStatus status) => RestoreProgress.Half(status) is { Count: > 0 } half
        ? $"Incomplete now: {string.Join(", ", half)}. The restore drops and loads it again."
        : "";
}
