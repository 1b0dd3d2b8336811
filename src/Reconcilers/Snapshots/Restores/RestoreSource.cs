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
            new SnapshotLocation(storage, slash < 0 ? "" : path[..slash], path[(slash + 1)..]),
            Source: null);
    }

    private static RestoreStopException Ends(string reason, string message) =>
        new(new RestoreOutcome.Failed(reason, message));
}

/// <summary>The dependencies of the SnapshotRestore controller.</summary>
internal sealed record RestoreServices : ControllerServices
{
    public required ISnapshotter Snapshotter { get; init; }

    public required ISnapshotLoader Loader { get; init; }

    public required ISnapshotSessions Sessions { get; init; }

    public required IStorages Storages { get; init; }

    public required IRestoreServers Servers { get; init; }

    public required TargetClaims Claims { get; init; }

    /// <summary>Why the databases of an upgrade may be in use by OMS, asked of its hosts; null if all containers that
    /// its rollback keeps stopped are stopped.</summary>
    public required Func<Crds.OmsUpgrades.OmsUpgrade, CancellationToken, Task<string?>> InUse { get; init; }

    public NamespaceScope Scope { get; init; } = NamespaceScope.All;

    public required AsyncSignal Changes { get; init; }

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
