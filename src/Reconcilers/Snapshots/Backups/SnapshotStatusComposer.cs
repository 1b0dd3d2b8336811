using SnapshotDatabase = Drydock.Crds.BackupSnapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Composes the status of a snapshot. Pure.</summary>
internal static class SnapshotStatusComposer
{
    public static BackupSnapshotStatus Running(
        BackupSnapshot snapshot, BackupSnapshotStatus status, SnapshotJob? job, DateTimeOffset now)
    {
        var count = snapshot.Spec.Databases.Count;
        status = status with
        {
            Progress = $"{job?.Published ?? 0}/{count}",
            Databases =
            [
                .. snapshot.Spec.Databases.Select(
                    d => new SnapshotDatabase { Name = d, Progress = job?.ProgressOf(d)?.Describe() }),
            ],
            Verified = null,
        };
        var verifying = job?.IsVerifying == true;
        var progress = job?.Describe() is { Length: > 0 } text ? text : string.Join(", ", snapshot.Spec.Databases);
        return WithConditions(
            snapshot,
            status,
            new RunStatusSummary(
                RunOutcomeKind.Progressing,
                verifying ? BackupSnapshotPhases.Verifying : BackupSnapshotPhases.Dumping,
                verifying ? Reasons.Verifying : Reasons.Dumping,
                $"Taking a snapshot under {status.Path}: {progress}."),
            now);
    }

    public static BackupSnapshotStatus Done(
        BackupSnapshot snapshot,
        BackupSnapshotStatus status,
        SnapshotManifest manifest,
        string prefix,
        DateTimeOffset now)
    {
        status = status with
        {
            Progress = $"{manifest.Databases.Count}/{manifest.Databases.Count}",
            SizeBytes = manifest.StoredBytes,
            Size = ByteSize.Quantity(manifest.StoredBytes),
            RawBytes = manifest.RawBytes,
            Verified = true,
            ServerVersion = $"{manifest.Server.Kind} {manifest.Server.Version}",
            Databases =
            [
                .. manifest.Databases.Select(d => new SnapshotDatabase
                {
                    Name = d.Name,
                    Tables = d.Tables.Count,
                    Rows = d.Rows,
                    Bytes = d.File.StoredBytes,
                    Sha256 = d.File.Sha256,
                    File = d.File.Name.StartsWith(prefix, StringComparison.Ordinal)
                        ? d.File.Name
                        : prefix + d.File.Name,
                }),
            ],
        };
        var tested = snapshot.Spec.Verify == Crds.Common.SnapshotVerification.RestoreTest
            ? ", loaded into a scratch database and compared with the whole catalogue"
            : "";
        var omission = manifest.Tool.Omission is { } left ? $" They were dumped {left}." : "";
        return WithConditions(
            snapshot,
            status,
            new RunStatusSummary(
                RunOutcomeKind.Succeeded,
                BackupSnapshotPhases.Succeeded,
                Reasons.Succeeded,
                $"{manifest.Databases.Count} databases with {manifest.StoredBytes} bytes were stored, read back "
                    + $"and compared{tested}.{omission}"),
            now);
    }

    public static BackupSnapshotStatus Expiry(
        BackupSnapshot snapshot, string phase, string reason, string message, DateTimeOffset now)
    {
        var done = phase == BackupSnapshotPhases.Expired;
        var status = WithConditions(
            snapshot,
            snapshot.Status! with { Verified = false },
            new RunStatusSummary(done ? RunOutcomeKind.PlanReady : RunOutcomeKind.Progressing, phase, reason, message),
            now);
        return status with { FinishedAt = snapshot.Status.FinishedAt };
    }

    /// <summary>No work is left: the present generation is observed.</summary>
    public static BackupSnapshotStatus Observed(BackupSnapshot snapshot)
    {
        var generation = snapshot.Metadata.Generation;
        return snapshot.Status! with
        {
            ObservedGeneration = generation,
            Conditions = [.. snapshot.Status.Conditions.Select(c => c with { ObservedGeneration = generation })],
        };
    }

    /// <summary>Sets the conditions that tell whether and how the work of a snapshot or a restore ended.</summary>
    public static void SetEnd(ConditionSet set, RunStatusSummary summary, string reason, string message)
    {
        Set(ConditionTypes.Succeeded, summary.Kind == RunOutcomeKind.Succeeded, Reasons.NotYet);
        Set(ConditionTypes.Failed, summary.Failed, Reasons.NotFailed);

        void Set(string type, bool status, string otherwise) =>
            set.Set(type, status, status ? reason : otherwise, status ? message : "");
    }

    public static BackupSnapshotStatus WithConditions(
        BackupSnapshot snapshot, BackupSnapshotStatus status, RunStatusSummary summary, DateTimeOffset now)
    {
        var set = new ConditionSet(status.Conditions, now, snapshot.Metadata.Generation);
        var succeeded = summary.Kind == RunOutcomeKind.Succeeded;
        var expired = summary.Kind == RunOutcomeKind.PlanReady;
        var usable = succeeded || (status.Verified == true && summary.Reason == Reasons.FilesInUse);
        set.Set(ConditionTypes.Ready, succeeded || expired, summary.Reason, summary.Message);
        set.Set(ConditionTypes.Usable, usable, summary.Reason, summary.Message);
        set.Set(
            ConditionTypes.Reconciling, summary.Kind == RunOutcomeKind.Progressing, summary.Reason, summary.Message);
        var stalled = summary.Kind == RunOutcomeKind.Stalled;
        set.Set(ConditionTypes.Stalled, stalled, summary.Reason, stalled ? summary.Message : "");
        SetEnd(set, summary, summary.Reason, summary.Message);
        return status with
        {
            ObservedGeneration = snapshot.Metadata.Generation,
            Phase = summary.Phase,
            Message = SchemaLimits.Clip(summary.Message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.Stalled
                ? status.FinishedAt ?? now
                : null,
            Conditions = set.Conditions,
        };
    }
}
