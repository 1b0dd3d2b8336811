using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// Who needs the files of a snapshot. An upgrade does from the moment it has it taken until the upgrade is deleted or
/// its old containers are cleaned up (until then it can go back), that of a database until it is deleted (nothing else
/// leads back to the old version); a restore does until it has ended well. What cannot be read counts as needing all.
/// </summary>
internal sealed class SnapshotReferences
{
    private readonly KubernetesList<OmsUpgrade> _upgrades;
    private readonly KubernetesList<DatabaseRollingUpgrade> _databases;
    private readonly KubernetesList<SnapshotRestore> _restores;

    private SnapshotReferences(
        KubernetesList<OmsUpgrade> upgrades,
        KubernetesList<DatabaseRollingUpgrade> databases,
        KubernetesList<SnapshotRestore> restores)
    {
        _upgrades = upgrades;
        _databases = databases;
        _restores = restores;
    }

    /// <summary>Reads who there is now.</summary>
    public static async Task<SnapshotReferences> ReadAsync(IKubernetesClient kubernetes, NamespaceScope scope, CancellationToken cancellationToken) => new(
        await scope.ListAsync<OmsUpgrade>(kubernetes, new ListOptions { TolerateUnreadable = true }, cancellationToken),
        await scope.ListAsync<DatabaseRollingUpgrade>(kubernetes, new ListOptions { TolerateUnreadable = true }, cancellationToken),
        await scope.ListAsync<SnapshotRestore>(kubernetes, new ListOptions { TolerateUnreadable = true }, cancellationToken));

    /// <summary>Who needs the files, as a sentence; null if nobody does.</summary>
    public string? UserOf(BackupSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (_upgrades.Items.FirstOrDefault(u => Refers(u.Metadata, snapshot, u.Status?.SnapshotRef, u.Status?.RollbackSnapshotRef) && !IsCleanedUp(u)) is { } upgrade)
        {
            return $"OmsUpgrade {upgrade.Metadata.Namespace}/{upgrade.Metadata.Name} refers to this snapshot as its way back, until it is deleted or its old containers are cleaned up";
        }

        if (_databases.Items.FirstOrDefault(u => Refers(u.Metadata, snapshot, u.Status?.SnapshotRef)) is { } database)
        {
            return $"DatabaseRollingUpgrade {database.Metadata.Namespace}/{database.Metadata.Name} refers to this snapshot as the backup before it, until it is deleted";
        }

        if (_restores.Items.FirstOrDefault(r => Refers(r, snapshot)) is { } restore)
        {
            return $"SnapshotRestore {restore.Metadata.Namespace}/{restore.Metadata.Name} restores from this snapshot and has not ended";
        }

        if (_upgrades.Items.Any(IsNewer) || _databases.Items.Any(IsNewer) || _restores.Items.Any(IsNewer))
        {
            return "a newer operator wrote the status of an OmsUpgrade, DatabaseRollingUpgrade or SnapshotRestore, "
                + "and whether it refers to this snapshot is not known";
        }

        return _upgrades.Unreadable.Count + _databases.Unreadable.Count + _restores.Unreadable.Count > 0
            ? "an OmsUpgrade, DatabaseRollingUpgrade or SnapshotRestore cannot be read, and whether it refers to this snapshot is not known"
            : null;
    }

    private static bool IsNewer<TEntity>(ISchemaStamped<TEntity> entity) => entity.Schema > CrdSchema.Version;

    private static bool Refers(
        V1ObjectMeta upgrade, BackupSnapshot snapshot, params ReadOnlySpan<SnapshotReference?> references)
    {
        foreach (var reference in references)
        {
            if (IsSame(reference, upgrade.Namespace, snapshot))
            {
                return true;
            }
        }

        return upgrade.Uid is { } uid && snapshot.Metadata.Labels?.GetValueOrDefault(Labels.UpgradeUid) == uid;
    }

    private static bool IsSame(SnapshotReference? reference, string? @namespace, BackupSnapshot snapshot) => reference is not null
        && (reference.Uid is { Length: > 0 } uid
            ? uid == snapshot.Metadata.Uid
            : @namespace == snapshot.Metadata.Namespace && reference.Name == snapshot.Metadata.Name);

    private static bool IsCleanedUp(OmsUpgrade upgrade) =>
        upgrade.Status?.CleanupPlan is { Steps.Count: > 0 } plan && plan.Steps.TrueForAll(s => s.State == StepState.Succeeded);

    private static bool Refers(SnapshotRestore restore, BackupSnapshot snapshot)
    {
        if (restore.Status?.Phase is SnapshotRestorePhases.Succeeded or SnapshotRestorePhases.Planned && restore.Status.ObservedGeneration == restore.Metadata.Generation)
        {
            return false;
        }

        // A snapshot id is never given twice, so the last part of the path says enough, however the storage is written
        // down.
        return restore.Spec.Files is { } files
            ? snapshot.Status?.SnapshotID is { } id && files.Path.Trim('/').Split('/')[^1] == id
            : IsSame(restore.Spec.SnapshotRef, restore.Metadata.Namespace, snapshot);
    }
}
