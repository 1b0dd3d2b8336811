using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What is wrong with the storage of the backup that a run stands on.</summary>
internal static class StorageBlocker
{
    /// <summary>Null while the storage bears the mark that preflight wrote there.</summary>
    public static async Task<Blocker?> FindAsync(
        IBackupStorageProbe probe, StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        try
        {
            return await probe.IsMarkedAsync(storage, @namespace, cancellationToken)
                ? null
                : new Blocker(Reasons.StorageLost, $"the backup storage {probe.Describe(storage, @namespace)} no longer bears the mark that preflight wrote there: it is not what it was. Nothing is started before the right volume is mounted into the operator, or the right bucket is back");
        }
        catch (SnapshotException exception)
        {
            // Not read is not lost.
            return new Blocker(StorageReasons.Of(exception), $"{exception.Message.TrimEnd('.')}. Nothing is started before the backup storage answers; this looks again by itself");
        }
    }
}
