namespace Drydock.Clients.Snapshots;

/// <summary>Takes verified dumps of named databases and checks existing ones.</summary>
public interface ISnapshotter
{
    /// <summary>
    /// Dumps the databases in parallel, reads every file back from the storage, compares it with the server and publishes the manifest last.
    /// Before it starts, sessions left by an interrupted attempt under the same id are ended and that attempt's <c>*.partial</c> objects removed.
    /// If the snapshot already exists with the same databases it is verified again and returned; published files are never touched.
    /// </summary>
    /// <exception cref="SnapshotException">Anything that keeps it from being a verified snapshot; no manifest exists then.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; children are killed, partial objects may remain.</exception>
    Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken);

    /// <summary>Reads the manifest; null if there is no such snapshot. Does not read the files.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.ManifestInvalid"/>.</exception>
    Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken);

    /// <summary>Reads every file again and compares size, SHA-256, trailer, row counts and object lists with the manifest.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/> or <see cref="SnapshotFailure.ManifestInvalid"/>.</exception>
    Task<SnapshotVerification> VerifyAsync(SnapshotLocation location, CancellationToken cancellationToken);

    /// <summary>Only looks whether manifest and files are there with the recorded sizes: cheap enough for a guard.</summary>
    Task<SnapshotVerification> CheckPresenceAsync(SnapshotLocation location, CancellationToken cancellationToken);

    /// <summary>Deletes a snapshot with all its objects, the manifest first; deleting none is no error.</summary>
    Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken);
}
