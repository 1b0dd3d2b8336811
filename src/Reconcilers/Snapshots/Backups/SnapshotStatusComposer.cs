using SnapshotDatabase = Drydock.Crds.BackupSnapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Composes the status of a snapshot. Pure.</summary>
internal static class SnapshotStatusComposer
{
    public static BackupSnapshotStatus Running(
        BackupSnapshot snapshot, BackupSnapshotStatus status, SnapshotJob? job, DateTimeOffset now)
    {
        var databases = snapshot.Spec.Databases;
        var verifying = job?.IsVerifying == true;
        var progress = job?.Describe() is { Length: > 0 } text ? text : string.Join(", ", databases);
        return WithConditions(
            snapshot,
            status with
            {
                Progress = $"{job?.Published ?? 0}/{databases.Count}",
                Databases =
                [
                    .. databases.Select(
                        d => new SnapshotDatabase { Name = d, Progress = job?.ProgressOf(d)?.Describe() }),
                ],
                Verified = null,
            },
            new RunStatusSummary(
                RunOutcomeKind.Progressing,
                verifying ? BackupSnapshotPhases.Verifying : BackupSnapshotPhases.Dumping,
                verifying ? Reasons.Verifying : Reasons.Dumping,
                $"Taking a snapshot under {status.Path}: {progress}."),
            now);
    }

    public static BackupSnapshotStatus Done(BackupSnapshot snapshot, SnapshotManifest manifest, DateTimeOffset now)
    {
        var prefix = snapshot.Status!.Path ?? "";
        var status = snapshot.Status with
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
        var kind = phase == BackupSnapshotPhases.Expired ? RunOutcomeKind.PlanReady : RunOutcomeKind.Progressing;
        return WithConditions(
            snapshot,
            snapshot.Status! with { Verified = false },
            new RunStatusSummary(kind, phase, reason, message),
            now) with
        {
            FinishedAt = snapshot.Status.FinishedAt,
        };
    }

    public static BackupSnapshotStatus WithConditions(
        BackupSnapshot snapshot, BackupSnapshotStatus status, RunStatusSummary summary, DateTimeOffset now) =>
        JobConditions.Compose(
            status,
            snapshot.Metadata,
            summary,
            now,
            isOver: summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.Stalled,
            usable: summary.Kind == RunOutcomeKind.Succeeded
                || (status.Verified == true && summary.Reason == Reasons.FilesInUse));
}
