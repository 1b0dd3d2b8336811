namespace Drydock.Reconcilers.Oms;

/// <summary>Reads archives, and checks snapshot files in storage. The worlds of the tests implement it, too.</summary>
internal interface IArchiveReader
{
    string Describe(StorageSpec storage, string? @namespace) => storage.Describe();

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
    /// <param name="namespace">Namespace of the storage's Secret.</param>
    /// <param name="path">Path of the archive below the storage.</param>
    /// <exception cref="FileNotFoundException">The archive does not exist.</exception>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read.</exception>
    Task<ArchiveContents> InspectAsync(
        StorageSpec storage, string? @namespace, string path, ArchiveKind kind, CancellationToken cancellationToken);

    /// <summary>Names of the snapshot's files that are missing or have another size than recorded; empty if all are
    /// there.</summary>
    /// <exception cref="Clients.Snapshots.SnapshotException">The storage cannot be opened or read: nothing is known of
    /// the files then.</exception>
    Task<IReadOnlyList<string>> SnapshotFilesAsync(BackupSnapshot snapshot, CancellationToken cancellationToken);
}

internal sealed class StorageArchiveReader(IStorages storages, HashedArchives archives) : IArchiveReader
{
    public string Describe(StorageSpec storage, string? @namespace) => storages.Describe(storage, @namespace);

    public Task<Stream> OpenAsync(
        StorageSpec storage, string? @namespace, string path, string sha256, CancellationToken cancellationToken) =>
        InAsync(
            storage,
            @namespace,
            path,
            place => archives.OpenAsync(place, path, sha256, offset: 0, cancellationToken),
            cancellationToken);

    public Task<ArchiveContents> InspectAsync(
        StorageSpec storage, string? @namespace, string path, ArchiveKind kind, CancellationToken cancellationToken) =>
        InAsync(
            storage,
            @namespace,
            path,
            async place =>
            {
                var (hashed, images) = await archives.LookAsync(
                    place,
                    path,
                    $"{kind}",
                    (content, token) => ArchiveContents.LookAsync(content, path, kind, token),
                    cancellationToken);
                return new ArchiveContents(hashed.Sha256, hashed.Info.Bytes, images);
            },
            cancellationToken);

    public Task<IReadOnlyList<string>> SnapshotFilesAsync(
        BackupSnapshot snapshot, CancellationToken cancellationToken) =>
        SnapshotPresence.MissingAsync(storages, snapshot, cancellationToken);

    private async Task<T> InAsync<T>(
        StorageSpec storage, string? @namespace, string path, Func<ISnapshotStorage, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var place = await storages.OpenAsync(storage, @namespace, cancellationToken);
        try
        {
            return await read(place);
        }
        catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.NotFound)
        {
            throw new FileNotFoundException($"there is no '{path}' in {place.Description}", exception);
        }
    }
}
