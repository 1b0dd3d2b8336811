using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The objects that need the files of a snapshot. An OmsUpgrade needs them from the moment it has the snapshot
/// taken until it is deleted or its old containers are cleaned up, because until then it can be rolled back. A
/// DatabaseRollingUpgrade needs them until it is deleted, because only the snapshot holds the old version. A
/// SnapshotRestore needs them until it has succeeded. An object that cannot be read counts as needing every
/// snapshot.</summary>
internal sealed record SnapshotReferences(
    KubernetesList<OmsUpgrade> Upgrades,
    KubernetesList<DatabaseRollingUpgrade> Databases,
    KubernetesList<SnapshotRestore> Restores)
{
    public static async Task<SnapshotReferences> ReadAsync(
        IKubernetesClient kubernetes, NamespaceScope scope, CancellationToken cancellationToken)
    {
        var referring = new ListOptions { TolerateUnreadable = true, Keep = Referring };
        return new(
            await scope.ListAsync<OmsUpgrade>(kubernetes, referring, cancellationToken),
            await scope.ListAsync<DatabaseRollingUpgrade>(kubernetes, referring, cancellationToken),
            await scope.ListAsync<SnapshotRestore>(
                kubernetes, new ListOptions { TolerateUnreadable = true }, cancellationToken));
    }

    // Of thousands of upgrades with large plans only what decides here is in memory.
    private static IKubernetesObject Referring(IKubernetesObject entity) => entity switch
    {
        OmsUpgrade { Status: { } status } upgrade => upgrade with
        {
            IsReduced = true,
            Status = (OmsUpgradeStatus)ReducedObject.Status(status),
        },
        DatabaseRollingUpgrade { Status: { } status } upgrade => upgrade with
        {
            IsReduced = true,
            Status = (DatabaseRollingUpgradeStatus)ReducedObject.Status(status),
        },
        _ => entity,
    };

    public string? UserOf(BackupSnapshot snapshot)
    {
        if (snapshot.Spec.Contents == SnapshotContents.Definitions)
        {
            return null;
        }

        if (Upgrades.Items.FirstOrDefault(u =>
            u.Status?.CleanedUpAt is null
            && Refers(u.Metadata, snapshot, u.Status?.SnapshotRef, u.Status?.RollbackSnapshotRef)) is { } upgrade)
        {
            return $"OmsUpgrade {upgrade.Metadata.Namespace}/{upgrade.Metadata.Name} needs this snapshot for its "
                + "rollback until it is deleted or its old containers are cleaned up";
        }

        if (Databases.Items.FirstOrDefault(u => Refers(u.Metadata, snapshot, u.Status?.SnapshotRef)) is { } database)
        {
            return $"DatabaseRollingUpgrade {database.Metadata.Namespace}/{database.Metadata.Name} needs this snapshot "
                + "as its backup until it is deleted";
        }

        if (Restores.Items.FirstOrDefault(r => Refers(r, snapshot)) is { } restore)
        {
            return $"SnapshotRestore {restore.Metadata.Namespace}/{restore.Metadata.Name} restores from this snapshot "
                + "and has not finished";
        }

        return Upgrades.Unreadable.Count + Databases.Unreadable.Count + Restores.Unreadable.Count > 0
            ? "An OmsUpgrade, DatabaseRollingUpgrade or SnapshotRestore cannot be read, so it is unknown whether it "
                + "refers to this snapshot"
            : null;
    }

    private static bool Refers(
        V1ObjectMeta upgrade, BackupSnapshot snapshot, params IEnumerable<SnapshotReference?> references) =>
        references.Any(reference => IsSame(reference, upgrade.Namespace, snapshot))
        || (upgrade.Uid is { } uid && snapshot.Metadata.Label(Labels.UpgradeUid) == uid);

    private static bool IsSame(SnapshotReference? reference, string? @namespace, BackupSnapshot snapshot) =>
        reference is not null
        && (reference.Uid is { Length: > 0 } uid
            ? uid == snapshot.Metadata.Uid
            : @namespace == snapshot.Metadata.Namespace && reference.Name == snapshot.Metadata.Name);

    private static bool Refers(SnapshotRestore restore, BackupSnapshot snapshot)
    {
        if (restore.Status?.Phase is SnapshotRestorePhases.Succeeded or SnapshotRestorePhases.Planned
            && restore.Status.ObservedGeneration == restore.Metadata.Generation)
        {
            return false;
        }

        // A snapshot id is unique, so the last part of the path identifies it in every notation of the storage.
        return restore.Spec.Files is { } files
            ? snapshot.Status?.SnapshotID is { } id
                && SnapshotTake.EarlierIds(snapshot).Append(id).Contains(
                    files.Path.Trim('/').Split('/')[^1], StringComparer.Ordinal)
            : IsSame(restore.Spec.SnapshotRef, restore.Metadata.Namespace, snapshot);
    }
}
