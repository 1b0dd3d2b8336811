using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The location of the snapshot that a restore asks for.</summary>
/// <param name="Location">The snapshot; its storage is read-only.</param>
/// <param name="Source">The server that it was taken from, if its BackupSnapshot is known.</param>
internal sealed record RestoreSource(SnapshotLocation Location, DatabaseSource? Source)
{
    /// <summary>Finds the snapshot; changes nothing.</summary>
    /// <param name="noted">Called for every session of a load before the session acts.</param>
    /// <exception cref="RestoreStopException">The snapshot is missing, is a different one, or is not
    /// finished.</exception>
    /// <exception cref="SnapshotException">The storage cannot be opened.</exception>
    public static async Task<RestoreSource> FindAsync(
        RestoreServices services,
        SnapshotRestore restore,
        Func<SessionReceipt, CancellationToken, Task> noted,
        CancellationToken cancellationToken)
    {
        var found = restore.Spec.SnapshotRef is { } reference
            ? await FromObjectAsync(services, restore, reference.Name, reference.Uid, cancellationToken)
            : await FromFilesAsync(
                services,
                restore,
                restore.Spec.Files ?? throw Ends(
                    Reasons.InvalidSpec, "The spec has neither snapshotRef nor files. Set one of them."),
                cancellationToken);
        return found with
        {
            Location = found.Location with
            {
                Storage = new RestoreReadOnlyStorage(found.Location.Storage, noted, services.Time),
            },
        };
    }

    private static async Task<RestoreSource> FromObjectAsync(
        RestoreServices services,
        SnapshotRestore restore,
        string name,
        string? uid,
        CancellationToken cancellationToken)
    {
        var space = restore.Metadata.Namespace;
        var snapshot = await services.Kubernetes.GetAsync<BackupSnapshot>(name, space, cancellationToken)
            ?? throw new RestoreStopException(
                new RestoreOutcome.Failed(
                    Reasons.SnapshotMissing,
                    $"BackupSnapshot {space}/{name} does not exist. If its files exist, name them in spec.files of "
                    + "another SnapshotRestore.")
                {
                    MayArrive = true,
                });
        if (uid is { Length: > 0 } && uid != snapshot.Metadata.Uid)
        {
            throw Ends(
                Reasons.SnapshotMissing,
                $"BackupSnapshot {space}/{name} has uid {snapshot.Metadata.Uid}, expected {uid} "
                + "(spec.snapshotRef.uid): it is a different object with the same name.");
        }

        var status = snapshot.Status;
        switch (status?.Phase)
        {
            case BackupSnapshotPhases.Succeeded when status is { Verified: true, SnapshotID: not null }:
                break;
            case BackupSnapshotPhases.Expiring or BackupSnapshotPhases.Expired or BackupSnapshotPhases.Deleting:
                throw Ends(
                    Reasons.SnapshotMissing,
                    $"BackupSnapshot {space}/{name} is {status.Phase}: its files are being removed or were removed. "
                    + "Restore from another snapshot.");
            case BackupSnapshotPhases.Failed:
                throw Ends(
                    Reasons.SnapshotInvalid,
                    $"BackupSnapshot {space}/{name} failed and cannot be restored from: {status.Message}");
            default:
                throw new RestoreStopException(
                    new RestoreOutcome.Waits(
                        Reasons.Pending,
                        $"BackupSnapshot {space}/{name} is not finished "
                        + $"({status?.Phase ?? BackupSnapshotPhases.Pending}). The restore continues automatically "
                        + "when it is."));
        }

        if (snapshot.Metadata.DeletionTimestamp is not null)
        {
            throw Ends(
                Reasons.SnapshotMissing,
                $"BackupSnapshot {space}/{name} is being deleted. Restore from another snapshot.");
        }

        var storage = await services.Storages.OpenAsync(snapshot.Spec.Storage, space, cancellationToken);
        return new RestoreSource(
            new SnapshotLocation(storage, snapshot.Spec.PathPrefix ?? "", status.SnapshotID), snapshot.Spec.Source);
    }

    private static async Task<RestoreSource> FromFilesAsync(
        RestoreServices services, SnapshotRestore restore, SnapshotFiles files, CancellationToken cancellationToken)
    {
        var storage = await services.Storages.OpenAsync(files.Storage, restore.Metadata.Namespace, cancellationToken);
        var path = files.Path.Trim('/');
        var slash = path.LastIndexOf('/');
        return new RestoreSource(
            new SnapshotLocation(storage, slash < 0 ? "" : path[..slash], path[(slash + 1)..]), Source: null);
    }

    private static RestoreStopException Ends(string reason, string message) =>
        new(new RestoreOutcome.Failed(reason, message));
}

/// <summary>The dependencies of the SnapshotRestore controller.</summary>
internal sealed record RestoreServices : SnapshotServices
{
    public required Func<MySqlOptions, IRestoreServer> Servers { get; init; }

    public required TargetClaims Claims { get; init; }

    /// <summary>Why the databases of an upgrade may be in use by OMS, asked of its hosts; null if all containers that
    /// its rollback keeps stopped are stopped.</summary>
    public required Func<Crds.OmsUpgrades.OmsUpgrade, CancellationToken, Task<string?>> InUse { get; init; }
}

/// <summary>Finds the upgrade whose rollback a restore is.</summary>
internal static class UpgradeLink
{
    /// <summary>The upgrade that owns the restore and waits for it. The plan of that upgrade has stopped
    /// OMS, so no other session may use its databases, and its claim covers the restore. Labels and owner references
    /// prove nothing, because every creator of the object can set them. The proof is the upgrade's own status: a step
    /// that has not succeeded yet, with a receipt that names this restore and was written before the restore was
    /// created.</summary>
    public static async Task<OmsUpgrade?> FindAsync(
        RestoreServices services, SnapshotRestore restore, CancellationToken cancellationToken)
    {
        var owners = (restore.Metadata.OwnerReferences ?? []).Where(o =>
            o.Kind == OmsUpgrade.KindName && o.ApiVersion.StartsWith($"{ApiGroup.Name}/", StringComparison.Ordinal));
        foreach (var owner in owners)
        {
            var upgrade = await services.Kubernetes.GetAsync<OmsUpgrade>(
                owner.Name, restore.Metadata.Namespace, cancellationToken);
            if (upgrade is { Status: { } status }
                && upgrade.Metadata.Uid == owner.Uid
                && Steps(status).Any(s => Awaits(s, restore.Metadata.Name)))
            {
                return upgrade;
            }
        }

        return null;
    }

    private static IEnumerable<PlanStep> Steps(OmsUpgradeStatus status) =>
        new[] { status.Plan, status.RollbackPlan }.OfType<Plan>().SelectMany(p => p.Steps);

    private static bool Awaits(PlanStep step, string restore) =>
        step.State != StepState.Succeeded && step.Recorded(SnapshotReceipts.RestoreKey) == restore;
}
