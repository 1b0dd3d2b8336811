using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Where the snapshot is that a restore asks for.</summary>
/// <param name="Location">The snapshot; its storage only reads.</param>
/// <param name="Source">The server it was taken of, if its object is known.</param>
internal sealed record SnapshotPlace(SnapshotLocation Location, DatabaseSource? Source)
{
    /// <summary>Finds it; changes nothing.</summary>
    /// <param name="services">Where to look.</param>
    /// <param name="restore">What is asked for.</param>
    /// <param name="noted">Told of every session of a load before it does anything.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RestoreStopException">It is gone, another one, or not finished.</exception>
    /// <exception cref="SnapshotException">The storage cannot be opened.</exception>
    public static async Task<SnapshotPlace> FindAsync(
        RestoreServices services, SnapshotRestore restore, Func<SessionReceipt, CancellationToken, Task> noted, CancellationToken cancellationToken)
    {
        var found = restore.Spec.SnapshotRef is { } reference
            ? await FromObjectAsync(services, restore, reference.Name, reference.Uid, cancellationToken)
            : await FromFilesAsync(services, restore, restore.Spec.Files!, cancellationToken);
        return found with { Location = found.Location with { Storage = new RestoreReadOnlyStorage(found.Location.Storage, noted, services.Time) } };
    }

    private static async Task<SnapshotPlace> FromObjectAsync(
        RestoreServices services,
        SnapshotRestore restore,
        string name,
        string? uid,
        CancellationToken cancellationToken)
    {
        var space = restore.Metadata.Namespace;
        var snapshot = await services.Kubernetes.GetAsync<BackupSnapshot>(name, space, cancellationToken)
            ?? throw Ends(Reasons.SnapshotMissing, $"BackupSnapshot {space}/{name} does not exist; if its files do, name them in spec.files of another SnapshotRestore");
        if (uid is { Length: > 0 } && uid != snapshot.Metadata.Uid)
        {
            throw Ends(Reasons.SnapshotMissing, $"BackupSnapshot {space}/{name} has uid {snapshot.Metadata.Uid}, expected {uid} (spec.snapshotRef.uid): it is another one of the same name");
        }

        var status = snapshot.Status;
        switch (status?.Phase)
        {
            case BackupSnapshotPhases.Succeeded when status is { Verified: true, SnapshotID: not null }:
                break;
            case BackupSnapshotPhases.Expiring or BackupSnapshotPhases.Expired or BackupSnapshotPhases.Deleting:
                throw Ends(Reasons.SnapshotMissing, $"BackupSnapshot {space}/{name} is {status.Phase}: its files are being removed or gone");
            case BackupSnapshotPhases.Failed:
                throw Ends(Reasons.SnapshotInvalid, $"BackupSnapshot {space}/{name} failed and is not restored from: {status.Message}");
            default:
                throw new RestoreStopException(new RestoreOutcome.Waits(Reasons.Pending, $"BackupSnapshot {space}/{name} is not finished ({status?.Phase ?? BackupSnapshotPhases.Pending}); it goes on when it is"));
        }

        if (snapshot.Metadata.DeletionTimestamp is not null)
        {
            throw Ends(Reasons.SnapshotMissing, $"BackupSnapshot {space}/{name} is being deleted");
        }

        var storage = await services.Storages.OpenAsync(snapshot.Spec.Storage, space, cancellationToken);
        return new SnapshotPlace(new SnapshotLocation(storage, snapshot.Spec.PathPrefix ?? "", status.SnapshotID), snapshot.Spec.Source);
    }

    private static async Task<SnapshotPlace> FromFilesAsync(
        RestoreServices services, SnapshotRestore restore, SnapshotFiles files, CancellationToken cancellationToken)
    {
        var storage = await services.Storages.OpenAsync(files.Storage, restore.Metadata.Namespace, cancellationToken);
        var path = files.Path.Trim('/');
        var slash = path.LastIndexOf('/');
        return new SnapshotPlace(
            new SnapshotLocation(storage, slash < 0 ? "" : path[..slash], path[(slash + 1)..]),
            Source: null);
    }

    private static RestoreStopException Ends(string reason, string message) =>
        new(new RestoreOutcome.Failed(reason, message));
}
