using Drydock.Crds.BackupSnapshots;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>Reads image archives and looks after snapshot files in storage.</summary>
public interface IArchiveReader
{
    /// <summary>Opens an archive for reading from its start; bytes as stored (Docker itself decompresses).</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    Task<Stream> OpenAsync(string directory, string path, CancellationToken cancellationToken);

    /// <summary>What the archive says of itself, and its checksum.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is no image archive.</exception>
    Task<ImageArchiveContents> InspectAsync(string directory, string path, CancellationToken cancellationToken);

    /// <summary>Names of the snapshot's files that are missing or have another size than recorded; empty if all are there.</summary>
    Task<IReadOnlyList<string>> SnapshotFilesAsync(BackupSnapshot snapshot, CancellationToken cancellationToken);
}
