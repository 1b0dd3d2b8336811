using System.Globalization;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;
using SnapshotDatabase = Drydock.Crds.BackupSnapshots.SnapshotDatabase;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Writes down where a snapshot stands. Pure.</summary>
internal static class SnapshotStatusComposer
{
    public static BackupSnapshotStatus Running(
        BackupSnapshot snapshot, BackupSnapshotStatus status, SnapshotJob? job, DateTimeOffset now)
    {
        var count = snapshot.Spec.Databases.Count;
        status = status with
        {
            Progress = string.Create(CultureInfo.InvariantCulture, $"{job?.Published ?? 0}/{count}"),
            Databases = [.. snapshot.Spec.Databases.Select(d => new SnapshotDatabase { Name = d, Progress = job?.ProgressOf(d) })],
            Verified = null,
        };
        var verifying = job?.IsVerifying == true;
        return Standing(
            snapshot,
            status,
            new RunStatusSummary(RunOutcomeKind.Progressing, verifying ? BackupSnapshotPhases.Verifying : BackupSnapshotPhases.Dumping, verifying ? Reasons.Verifying : Reasons.Dumping, $"{(job?.Describe() is { Length: > 0 } progress ? progress : string.Join(", ", snapshot.Spec.Databases))} to {status.Path}"),
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
            Progress = string.Create(CultureInfo.InvariantCulture, $"{manifest.Databases.Count}/{manifest.Databases.Count}"),
            SizeBytes = manifest.StoredBytes,
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
                    File = d.File.Name.StartsWith(prefix, StringComparison.Ordinal) ? d.File.Name : prefix + d.File.Name,
                }),
            ],
        };
        return Standing(
            snapshot,
            status,
            new RunStatusSummary(RunOutcomeKind.Succeeded, BackupSnapshotPhases.Succeeded, Reasons.Succeeded, string.Create(CultureInfo.InvariantCulture, $"{manifest.Databases.Count} databases, {manifest.StoredBytes} bytes stored, read back and compared{(snapshot.Spec.Verify == Crds.Common.SnapshotVerification.RestoreTest ? ", loaded into a scratch database and compared with the whole catalogue" : "")}")),
            now);
    }

    /// <summary>Retention removes, or has removed, the files.</summary>
    public static BackupSnapshotStatus Expiry(
        BackupSnapshot snapshot, string phase, string reason, string message, DateTimeOffset now)
    {
        var done = phase == BackupSnapshotPhases.Expired;
        var status = Standing(snapshot, snapshot.Status! with { Verified = false }, new RunStatusSummary(done ? RunOutcomeKind.PlanReady : RunOutcomeKind.Progressing, phase, reason, message), now);
        return status with { FinishedAt = snapshot.Status.FinishedAt };
    }

    /// <summary>
    /// Nothing is to be done: the present generation is seen. What a former version wrote gets the condition that it
    /// did not know.
    /// </summary>
    public static BackupSnapshotStatus Observed(BackupSnapshot snapshot, DateTimeOffset now)
    {
        var status = snapshot.Status!;
        var generation = snapshot.Metadata.Generation;
        var kind = status.Phase switch
        {
            BackupSnapshotPhases.Succeeded => RunOutcomeKind.Succeeded,
            BackupSnapshotPhases.Expired => RunOutcomeKind.PlanReady,
            _ => RunOutcomeKind.Stalled,
        };
        if (kind == RunOutcomeKind.Stalled || IsWhole(status))
        {
            return status with { ObservedGeneration = generation, Conditions = [.. status.Conditions.Select(c => c with { ObservedGeneration = generation })] };
        }

        var reason = kind == RunOutcomeKind.Succeeded ? Reasons.Succeeded : Reasons.Expired;
        return Standing(snapshot, status, new RunStatusSummary(kind, status.Phase!, reason, status.Message ?? ""), now) with { FinishedAt = status.FinishedAt };
    }

    /// <summary>Whether a status says all that this version says.</summary>
    public static bool IsWhole(BackupSnapshotStatus status) =>
        status.Conditions.Exists(c => c.Type == ConditionTypes.Usable);

    public static BackupSnapshotStatus Standing(
        BackupSnapshot snapshot, BackupSnapshotStatus status, RunStatusSummary standing, DateTimeOffset now)
    {
        var set = new ConditionSet(status.Conditions, now, snapshot.Metadata.Generation);
        var succeeded = standing.Kind == RunOutcomeKind.Succeeded;
        var expired = standing.Kind == RunOutcomeKind.PlanReady;
        var usable = succeeded || (status.Verified == true && standing.Reason == Reasons.FilesInUse);
        set.Set(ConditionTypes.Ready, succeeded || expired, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Usable, usable, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Reconciling, standing.Kind == RunOutcomeKind.Progressing, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Stalled, standing.Kind == RunOutcomeKind.Stalled, standing.Reason, standing.Kind == RunOutcomeKind.Stalled ? standing.Message : "");
        set.Set(ConditionTypes.Succeeded, succeeded, succeeded ? standing.Reason : Reasons.NotYet, succeeded ? standing.Message : "");
        set.Set(ConditionTypes.Failed, standing.Failed, standing.Failed ? standing.Reason : Reasons.NotFailed, standing.Failed ? standing.Message : "");
        return status with
        {
            ObservedGeneration = snapshot.Metadata.Generation,
            Phase = standing.Phase,
            Message = SchemaLimits.Clip(standing.Message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = standing.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.Stalled ? status.FinishedAt ?? now : null,
            Conditions = set.Conditions,
        };
    }
}
