namespace Drydock.Reconcilers.Oms;

/// <summary>Reads archives, and checks snapshot files in storage.</summary>
internal interface IArchiveReader : IStoragePlaces
{
    /// <summary>Opens an archive for sending from its start, once it was read to its end and its checksum was found
    /// right; bytes as stored (Docker itself decompresses).</summary>
    /// <param name="sha256">The checksum that it must have, in hexadecimal digits; empty takes any.</param>
    /// <exception cref="FileNotFoundException">The archive does not exist.</exception>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read;
    /// <see cref="Clients.Snapshots.SnapshotFailure.ChecksumMismatch"/>: it is another file. Reading throws the same
    /// once the file is no longer the one that was checked.</exception>
    Task<Stream> OpenAsync(
        StorageSpec storage, string? @namespace, string path, string sha256, CancellationToken cancellationToken);

    /// <summary>What the archive says of itself, and its checksum.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="namespace">Namespace of the storage's Secret.</param>
    /// <param name="path">Path of the archive below the storage.</param>
    /// <param name="kind">What it has to be.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FileNotFoundException">The archive does not exist.</exception>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read.</exception>
    Task<ArchiveContents> InspectAsync(
        StorageSpec storage,
        string? @namespace,
        string path,
        ArchiveKind kind,
        CancellationToken cancellationToken);

    /// <summary>Names of the snapshot's files that are missing or have another size than recorded; empty if all are
    /// there.</summary>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read: nothing is known of
    /// the files then.</exception>
    Task<IReadOnlyList<string>> SnapshotFilesAsync(BackupSnapshot snapshot, CancellationToken cancellationToken);
}
