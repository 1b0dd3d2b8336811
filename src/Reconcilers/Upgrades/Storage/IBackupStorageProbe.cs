namespace Drydock.Reconcilers.Upgrades;

/// <summary>Finds out before anything is changed whether dumps can be stored and found again.</summary>
internal interface IBackupStorageProbe : IStoragePlaces
{
    /// <summary>Writes and reads back the storage's mark, and looks how much room there is.</summary>
    /// <returns>Free bytes; null where the storage cannot tell.</returns>
    /// <exception cref="Clients.Snapshots.SnapshotException">It cannot be opened, written or read back.</exception>
    Task<long?> ProbeAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken);

    /// <summary>Tries whether dumps can be encrypted to these recipients.</summary>
    /// <exception cref="Clients.Snapshots.SnapshotException">They cannot; the message names the recipient.</exception>
    Task CheckRecipientsAsync(IReadOnlyList<string> recipients, CancellationToken cancellationToken);

    /// <summary>Whether the storage still bears the mark that preflight wrote: the volume or bucket is the one it
    /// was.</summary>
    /// <exception cref="Clients.Snapshots.SnapshotException">It cannot be opened or read: nothing is known
    /// then.</exception>
    Task<bool> IsMarkedAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken);
}
