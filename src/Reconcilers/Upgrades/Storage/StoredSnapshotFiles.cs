namespace Drydock.Reconcilers.Upgrades;

/// <summary>Looks whether the files of a BackupSnapshot are where its status says, with their sizes, without reading
/// them.</summary>
internal static class StoredSnapshotFiles
{
    /// <summary>The files that are missing or have another size; empty: all are there.</summary>
    /// <exception cref="SnapshotException">The storage cannot be read.</exception>
    public static async Task<IReadOnlyList<string>> MissingAsync(
        IStorages storages, BackupSnapshot snapshot, CancellationToken cancellationToken)
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
    private static async Task<long?> BytesAsync(
        ISnapshotStorage place, string name, CancellationToken cancellationToken)
    {
        if (await place.StatAsync(name, cancellationToken) is { } stored)
        {
            return stored.Bytes;
        }

        var parts = await place.ListAsync(name.TrimEnd('/') + "/", cancellationToken);
        return parts.Count == 0 ? null : parts.Sum(p => p.Bytes);
    }
}
