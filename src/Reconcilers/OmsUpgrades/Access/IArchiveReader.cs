using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>Reads image archives and looks after snapshot files in storage.</summary>
public interface IArchiveReader
{
    /// <summary>Opens an archive for reading from its start; bytes as stored (Docker itself decompresses).</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="namespace">Namespace of the storage's Secret.</param>
    /// <param name="path">Path of the archive below the storage.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read.</exception>
    Task<Stream> OpenAsync(StorageSpec storage, string? @namespace, string path, CancellationToken cancellationToken);

    /// <summary>What the archive says of itself, and its checksum.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="namespace">Namespace of the storage's Secret.</param>
    /// <param name="path">Path of the archive below the storage.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is no image archive.</exception>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read.</exception>
    Task<ImageArchiveContents> InspectAsync(StorageSpec storage, string? @namespace, string path, CancellationToken cancellationToken);

    /// <summary>Names of the snapshot's files that are missing or have another size than recorded; empty if all are there.</summary>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read: nothing is known of the files then.</exception>
    Task<IReadOnlyList<string>> SnapshotFilesAsync(BackupSnapshot snapshot, CancellationToken cancellationToken);
}
