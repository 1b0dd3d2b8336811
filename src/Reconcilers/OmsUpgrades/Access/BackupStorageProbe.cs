using Drydock.Clients.Snapshots;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <inheritdoc cref="IBackupStorageProbe" />
/// <param name="storage">Opens the storage at a directory.</param>
public sealed class BackupStorageProbe(Func<string, ISnapshotStorage> storage) : IBackupStorageProbe
{
    /// <inheritdoc />
    public async Task<bool> IsMarkedAsync(string directory, CancellationToken cancellationToken) =>
        await storage(directory).ReadMarkAsync(cancellationToken) is not null;

    /// <inheritdoc />
    public async Task<long?> ProbeAsync(string directory, CancellationToken cancellationToken)
    {
        var place = storage(directory);
        var written = await place.EnsureMarkAsync(cancellationToken);
        var read = await place.ReadMarkAsync(cancellationToken);
        if (read?.StorageId != written.StorageId)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"{place.Description} does not give back the mark that was written to it; is it the volume it should be?");
        }

        return await place.GetFreeBytesAsync(cancellationToken);
    }
}
