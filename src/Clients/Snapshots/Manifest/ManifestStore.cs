namespace Drydock.Clients.Snapshots;

/// <summary>Reads, publishes and removes manifests.</summary>
internal static class ManifestStore
{
    private const string RemovingName = "manifest.removing.json";

    internal static async Task<SnapshotManifest?> ReadAsync(
        SnapshotLocation location, CancellationToken cancellationToken)
    {
        StorageName.Check(location);
        return await location.Storage.StatAsync(location.ManifestName, cancellationToken) is null
            || await IsRemovingAsync(location, cancellationToken)
            ? null
            : await ReadAsync(location, location.ManifestName, cancellationToken);
    }

    internal static async Task<SnapshotManifest> RequireAsync(
        SnapshotLocation location, CancellationToken cancellationToken)
    {
        if (await ReadAsync(location, cancellationToken) is { } manifest)
        {
            return manifest;
        }

        throw await IsRemovingAsync(location, cancellationToken)
            ? BeingRemoved(location)
            : new SnapshotException(SnapshotFailure.NotFound, $"There is no snapshot {location.Id} in "
                + $"{location.Storage.Description}{(location.Path.Length > 0 ? ", folder " + location.Path : "")}.");
    }

    internal static SnapshotException BeingRemoved(SnapshotLocation location) =>
        new(
            SnapshotFailure.BeingRemoved,
            $"Snapshot {location.Id} in {location.Storage.Description} is being removed and cannot be used any more.");

    internal static async Task<bool> IsRemovingAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        await location.Storage.StatAsync(location.Prefix + RemovingName, cancellationToken) is not null;

    internal static async Task PublishAsync(
        SnapshotLocation location, SnapshotManifest manifest, CancellationToken cancellationToken)
    {
        var temporary = $"{location.Prefix}manifest.{StorageName.Unique()}{StorageName.Partial}";
        await StoredDocument.WriteAsync(
            location.Storage, temporary, manifest, SnapshotJson.Default.SnapshotManifest, cancellationToken);
        _ = await ReadAsync(location, temporary, cancellationToken);
        await location.Storage.PublishAsync(temporary, location.ManifestName, cancellationToken);
    }

    /// <summary>Renames the manifest, so that the snapshot no longer exists, then removes every other object, and the
    /// renamed manifest last.</summary>
    internal static async Task RemoveAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        StorageName.Check(location);
        var storage = location.Storage;
        var removing = location.Prefix + RemovingName;
        try
        {
            await storage.PublishAsync(location.ManifestName, removing, cancellationToken);
        }
        catch (SnapshotException e) when (e.Failure is SnapshotFailure.NotFound or SnapshotFailure.AlreadyExists)
        {
            // There is no manifest (an unfinished dump), or an earlier removal was interrupted after this point.
        }

        // If publishing is a copy, a process that died during it leaves both names; the files are removed only after
        // this name.
        await storage.DeleteAsync(location.ManifestName, cancellationToken);
        await storage.AbandonUnfinishedAsync(location.Prefix, cancellationToken);
        foreach (var entry in await storage.ListAsync(location.Prefix, cancellationToken))
        {
            if (entry.Name != removing)
            {
                await storage.DeleteAsync(entry.Name, cancellationToken);
            }
        }

        await storage.DeleteAsync(removing, cancellationToken);
    }

    private static async Task<SnapshotManifest> ReadAsync(
        SnapshotLocation location, string name, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await StoredDocument.ReadAsync(
                location.Storage,
                name,
                SnapshotLimits.Manifest,
                SnapshotJson.Default.SnapshotManifest,
                cancellationToken);
            if (manifest is not { Format: >= SnapshotManifest.FirstFormat and <= SnapshotManifest.CurrentFormat }
                || manifest.Id != location.Id)
            {
                throw Invalid(
                    name,
                    $"format {manifest?.Format} and id '{manifest?.Id}', expected {SnapshotManifest.FirstFormat} to "
                        + $"{SnapshotManifest.CurrentFormat} and '{location.Id}'",
                    inner: null);
            }

            return ManifestRules.Check(manifest) is { } why ? throw Invalid(name, why, inner: null) : manifest;
        }
        catch (JsonException e)
        {
            throw Invalid(name, e.Message, e);
        }
    }

    private static SnapshotException Invalid(string name, string why, Exception? inner) =>
        new(SnapshotFailure.ManifestInvalid, $"The manifest '{name}' cannot be used: {Sentences.Close(why)}", inner);
}
