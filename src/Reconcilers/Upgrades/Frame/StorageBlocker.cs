namespace Drydock.Reconcilers.Upgrades;

/// <summary>Checks the storage of the backup that a run depends on.</summary>
internal static class StorageBlocker
{
    public static async Task<Blocker?> FindAsync(
        IBackupStorageProbe probe, StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        try
        {
            return await probe.IsMarkedAsync(storage, @namespace, cancellationToken)
                ? null
                : new Blocker(
                    Reasons.StorageLost,
                    $"The backup storage {probe.Describe(storage, @namespace)} does not contain the marker file that "
                    + "preflight wrote: "
                    + "it is a different volume or bucket. No step starts until the original storage is back.");
        }
        catch (SnapshotException exception)
        {
            // An unreadable storage is not a lost one.
            return new Blocker(
                StorageReasons.Of(exception),
                Sentences.Join(
                    exception.Message,
                    "No step starts until the backup storage answers. It is checked again automatically."));
        }
    }
}
