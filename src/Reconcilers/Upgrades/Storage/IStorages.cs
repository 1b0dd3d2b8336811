namespace Drydock.Reconcilers.Upgrades;

/// <summary>Opens the storages that specs name.</summary>
internal interface IStorages : IStoragePlaces
{
    /// <summary>Opens a storage; an S3 storage's Secret is read again each time, so that rotated credentials count at
    /// once. The caller does not dispose of it.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.SecretMissing"/>: the Secret does not exist or
    /// lacks a key. <see cref="SnapshotFailure.InvalidRequest"/>: the spec names no place, the Secret is missing or
    /// lacks a key, or ca.crt is not a certificate. <see cref="SnapshotFailure.NotAllowed"/>: the directory is not
    /// below a storage root.</exception>
    Task<ISnapshotStorage> OpenAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken);
}
