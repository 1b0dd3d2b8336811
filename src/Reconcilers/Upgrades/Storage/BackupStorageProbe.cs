namespace Drydock.Reconcilers.Upgrades;

internal sealed class BackupStorageProbe(IStorages storages) : IBackupStorageProbe
{
    public bool Shared => storages.Shared;

    public string? Refusal(StorageSpec storage, string? @namespace) => storages.Refusal(storage, @namespace);

    public string Describe(StorageSpec storage, string? @namespace) => storages.Describe(storage, @namespace);

    public async Task<bool> IsMarkedAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        await (await storages.OpenAsync(storage, @namespace, cancellationToken))
            .ReadMarkAsync(cancellationToken) is not null;

    public Task CheckRecipientsAsync(IReadOnlyList<string> recipients, CancellationToken cancellationToken) =>
        new AgeRecipients().CheckAsync(recipients, cancellationToken);

    public async Task<long?> ProbeAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        var place = await storages.OpenAsync(storage, @namespace, cancellationToken);
        var written = await place.EnsureMarkAsync(cancellationToken);
        var read = await place.ReadMarkAsync(cancellationToken);
        if (read?.StorageId != written.StorageId)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"{place.Description} does not return the marker file that was written to it. Check that it is the "
                + "correct volume or bucket.");
        }

        return await place.GetFreeBytesAsync(cancellationToken);
    }
}

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
