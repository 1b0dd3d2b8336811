namespace Drydock.Clients.Snapshots;

/// <summary>Takes verified dumps of named databases and checks existing ones.</summary>
public interface ISnapshotter
{
    /// <summary>Dumps the databases in parallel, reads every file back from the storage, compares it with the server
    /// and publishes the manifest last. Before it starts, sessions left by an interrupted attempt under the same id are
    /// ended and that attempt's <c>*.partial</c> objects removed. If the snapshot already exists with the same
    /// databases it is verified again and returned; published files are never changed.</summary>
    /// <exception cref="SnapshotException">The snapshot could not be taken and verified; no manifest exists
    /// then.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; children are killed, partial objects may
    /// remain.</exception>
    Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken);

    /// <summary>Reads the manifest; null if there is no such snapshot. Does not read the files.</summary>
    Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken);

    /// <summary>Reads every file again and compares size, SHA-256, trailer, row counts and object lists with the
    /// manifest; of an encrypted one, size and SHA-256.</summary>
    Task<SnapshotVerification> VerifyAsync(SnapshotLocation location, CancellationToken cancellationToken);

    /// <summary>The same for an encrypted snapshot: with the identity everything is decrypted and counted; without it
    /// only the SHA-256 of the stored files is compared, whose contents were counted during the dump.</summary>
    /// <param name="identity">The age identity, a secret; null: none.</param>
    /// <param name="progress">Receives the bytes processed.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>,
    /// <see cref="SnapshotFailure.ManifestInvalid"/> or <see cref="SnapshotFailure.IdentityMissing"/>: the identity
    /// does not match.</exception>
    Task<SnapshotVerification> VerifyAsync(
        SnapshotLocation location,
        string? identity,
        IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken);

    Task<SnapshotVerification> CheckPresenceAsync(SnapshotLocation location, CancellationToken cancellationToken);

    /// <summary>The snapshots of one folder of a storage (<see cref="SnapshotLocation.Path"/>), by their manifests.
    /// Other objects are ignored; a manifest that cannot be read is reported and never counts as removable.</summary>
    Task<SnapshotListing> ListAsync(ISnapshotStorage storage, string path, CancellationToken cancellationToken);

    /// <summary>Deletes a snapshot with all its objects; deleting a missing one is not an error. First the manifest is
    /// renamed to <c>manifest.removing.json</c>, so that the snapshot no longer exists for its users; then the files
    /// are removed, and that object last. An interrupted removal is listed (<see cref="SnapshotListing.Removing"/>) and
    /// finished by the next call.</summary>
    Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken);
}
