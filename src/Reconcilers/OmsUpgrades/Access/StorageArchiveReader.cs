using System.Collections.Concurrent;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Common.Storage;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>Reads archives and snapshot files in storages. What was hashed once is not hashed again while the object is the same.</summary>
/// <param name="storages">Opens storages.</param>
public sealed class StorageArchiveReader(IStorages storages) : IArchiveReader
{
    private readonly ConcurrentDictionary<string, (SnapshotObjectInfo Object, ImageArchiveContents Contents)> _known = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<Stream> OpenAsync(StorageSpec storage, string? @namespace, string path, CancellationToken cancellationToken) =>
        await OpenAsync(await storages.OpenAsync(storage, @namespace, cancellationToken), path, cancellationToken);

    /// <inheritdoc />
    public async Task<ImageArchiveContents> InspectAsync(StorageSpec storage, string? @namespace, string path, CancellationToken cancellationToken)
    {
        var place = await storages.OpenAsync(storage, @namespace, cancellationToken);
        var stored = await place.StatAsync(path, cancellationToken) ?? throw Missing(place, path);
        var key = $"{place.Description}\n{path}";
        if (_known.TryGetValue(key, out var known) && known.Object == stored)
        {
            return known.Contents;
        }

        await using var raw = await OpenAsync(place, path, cancellationToken);
        var contents = await ImageArchiveManifest.ReadAsync(raw, path, stored.Bytes, cancellationToken);
        _known[key] = (stored, contents);
        return contents;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> SnapshotFilesAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var place = await storages.OpenAsync(snapshot.Spec.Storage, snapshot.Metadata.Namespace, cancellationToken);
        var missing = new List<string>();
        if (snapshot.Status?.SnapshotID is { } id
            && new SnapshotLocation(place, snapshot.Spec.PathPrefix ?? "", id).ManifestName is var manifest
            && await place.StatAsync(manifest, cancellationToken) is null)
        {
            missing.Add(manifest);
        }

        foreach (var database in snapshot.Status?.Databases ?? [])
        {
            var name = database.File ?? database.Name;
            var stored = await BytesAsync(place, name, cancellationToken);
            if (stored is null || (database.Bytes is { } bytes && stored != bytes))
            {
                missing.Add(name);
            }
        }

        return missing;
    }

    // A database is one object, or with mydumper all objects below its name.
    private static async Task<long?> BytesAsync(ISnapshotStorage place, string name, CancellationToken cancellationToken)
    {
        if (await place.StatAsync(name, cancellationToken) is { } stored)
        {
            return stored.Bytes;
        }

        var parts = await place.ListAsync(name.TrimEnd('/') + "/", cancellationToken);
        return parts.Count == 0 ? null : parts.Sum(p => p.Bytes);
    }

    private static async Task<Stream> OpenAsync(ISnapshotStorage place, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await place.OpenReadAsync(path, cancellationToken);
        }
        catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.NotFound)
        {
            throw Missing(place, path);
        }
    }

    private static FileNotFoundException Missing(ISnapshotStorage place, string path) => new($"there is no '{path}' in {place.Description}");
}
