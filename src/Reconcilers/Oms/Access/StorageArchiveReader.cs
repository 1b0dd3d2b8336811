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

/// <summary>Reads archives and snapshot files in storages. What was hashed once is not hashed again while the object is
/// the same, and nodes that need the same archive at the same time share one reading.</summary>
internal sealed class StorageArchiveReader(IStorages storages, HashedArchives archives) : IArchiveReader
{
    private readonly BoundedCache<Known> _known = new(HashedArchives.MostKept);
    private readonly SharedReads<ArchiveContents> _reads = new();

    public bool Shared => storages.Shared;

    public string? Refusal(StorageSpec storage, string? @namespace) => storages.Refusal(storage, @namespace);

    public string Describe(StorageSpec storage, string? @namespace) => storages.Describe(storage, @namespace);

    public async Task<Stream> OpenAsync(
        StorageSpec storage, string? @namespace, string path, string sha256, CancellationToken cancellationToken)
    {
        var place = await storages.OpenAsync(storage, @namespace, cancellationToken);
        try
        {
            return await archives.OpenAsync(place, path, sha256, offset: 0, cancellationToken);
        }
        catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.NotFound)
        {
            throw Missing(place, path);
        }
    }

    public async Task<ArchiveContents> InspectAsync(
        StorageSpec storage, string? @namespace, string path, ArchiveKind kind, CancellationToken cancellationToken)
    {
        var place = await storages.OpenAsync(storage, @namespace, cancellationToken);
        var stored = await place.StatAsync(path, cancellationToken) ?? throw Missing(place, path);
        var key = $"{kind}\n{place.Description}\n{path}";
        if (_known.Find(key) is { } known && known.Info == stored)
        {
            return known.Contents;
        }

        // Only callers to whom the storage described the same object share its reading.
        return await _reads.ReadAsync(
            $"{key}\n{stored}", token => ReadAsync(place, path, kind, key, token), cancellationToken);
    }

    public Task<IReadOnlyList<string>> SnapshotFilesAsync(
        BackupSnapshot snapshot, CancellationToken cancellationToken) =>
        StoredSnapshotFiles.MissingAsync(storages, snapshot, cancellationToken);

    private async Task<ArchiveContents> ReadAsync(
        ISnapshotStorage place, string path, ArchiveKind kind, string key, CancellationToken cancellationToken)
    {
        try
        {
            var (hashed, images) = await HashedObject.ReadAsync(
                place,
                path,
                (content, token) => ArchiveContents.LookAsync(content, path, kind, token),
                cancellationToken);
            var contents = new ArchiveContents(hashed.Sha256, hashed.Info.Bytes, images);
            archives.Keep(place, path, hashed);
            _known.Set(key, new Known(hashed.Info, contents));
            return contents;
        }
        catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.NotFound)
        {
            throw Missing(place, path);
        }
    }

    private static FileNotFoundException Missing(ISnapshotStorage place, string path) =>
        new($"there is no '{path}' in {place.Description}");

    private sealed record Known(SnapshotObjectInfo Info, ArchiveContents Contents);
}
