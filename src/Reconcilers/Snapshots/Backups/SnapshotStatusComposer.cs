using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;
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
            new RunOutcome(
                RunState.Working,
                verifying ? BackupSnapshotPhases.Verifying : BackupSnapshotPhases.Dumping,
                verifying ? Reasons.Verifying : Reasons.Dumping,
                $"Taking a snapshot under {status.Path}: {progress}."),
            now);
    }

    public static BackupSnapshotStatus Done(BackupSnapshot snapshot, TakenSnapshot taken, DateTimeOffset now)
    {
        var manifest = taken.Manifest;
        var prefix = snapshot.Status!.Path ?? "";
        var status = snapshot.Status with
        {
            Progress = $"{manifest.Databases.Count}/{manifest.Databases.Count}",
            SizeBytes = manifest.StoredBytes,
            Size = ByteSize.Quantity(manifest.StoredBytes),
            RawBytes = manifest.RawBytes,
            Verified = taken.Verified,
            DefinitionsSha256 = manifest.DefinitionsSha256,
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
        if (taken.Verified is null)
        {
            status = status with
            {
                SizeBytes = null,
                Size = null,
                RawBytes = null,
                Databases =
                [
                    .. status.Databases.Select(d => new SnapshotDatabase { Name = d.Name, Tables = d.Tables }),
                ],
            };
        }

        var databases = Sentences.Count(manifest.Databases.Count, "database", "databases");
        var tested = taken.Verified switch
        {
            SnapshotVerification.RestoreTest =>
                ", loaded into a scratch database and compared with the whole catalogue and by checksums",
            SnapshotVerification.Schema => "; the server takes their definitions",
            _ when snapshot.Spec.Verify == SnapshotVerification.Schema =>
                "; whether the server takes their definitions is unknown, because they are not those that were tested",
            _ => "",
        };
        var counted = taken.Uncompared.Count == 0 ? "" : " Only the rows are counted of tables that were written to "
            + "during the dump, or for want of CRC32: "
            + $"{Sentences.List(taken.Uncompared, 10)}.";
        var omission = manifest.Tool.Omission is { } left ? $" They were dumped {left}." : "";
        return WithConditions(
            snapshot,
            status,
            new RunOutcome(
                RunState.Succeeded,
                BackupSnapshotPhases.Succeeded,
                Reasons.Succeeded,
                taken.Verified is null
                    ? $"The server takes the definitions of {databases}. Nothing was stored."
                    : $"Stored, read back and compared: {databases} with {manifest.StoredBytes} bytes{tested}."
                        + $"{counted}{omission}"),
            now);
    }

    public static BackupSnapshotStatus Expiry(
        BackupSnapshot snapshot, string phase, string reason, string message, DateTimeOffset now)
    {
        var state = phase == BackupSnapshotPhases.Expired ? RunState.Succeeded : RunState.Working;
        return WithConditions(
            snapshot,
            snapshot.Status! with { Verified = null },
            new RunOutcome(state, phase, reason, message),
            now) with
        {
            FinishedAt = snapshot.Status.FinishedAt,
        };
    }

    public static BackupSnapshotStatus WithConditions(
        BackupSnapshot snapshot, BackupSnapshotStatus status, RunOutcome summary, DateTimeOffset now) =>
        JobConditions.Compose(
            status,
            snapshot.Metadata,
            summary,
            now,
            isOver: summary.State == RunState.Succeeded || summary.IsStalled,
            usable: status.Verified is not null
                && (summary.State == RunState.Succeeded || summary.Reason == Reasons.FilesInUse));
}
