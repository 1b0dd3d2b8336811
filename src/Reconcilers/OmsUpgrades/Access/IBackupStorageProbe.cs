namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>Finds out before anything is changed whether dumps can be stored and found again.</summary>
public interface IBackupStorageProbe
{
    /// <summary>Writes and reads back the storage's mark, and looks how much room there is.</summary>
    /// <param name="directory">The directory of the storage.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>Free bytes; null where the storage cannot tell.</returns>
    /// <exception cref="Clients.Snapshots.SnapshotException">It cannot be written or read back.</exception>
    Task<long?> ProbeAsync(string directory, CancellationToken cancellationToken);

    /// <summary>Whether the storage still bears the mark that preflight wrote: the volume is the one it was.</summary>
    /// <param name="directory">The directory of the storage.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="Clients.Snapshots.SnapshotException">It cannot be read.</exception>
    Task<bool> IsMarkedAsync(string directory, CancellationToken cancellationToken);
}
