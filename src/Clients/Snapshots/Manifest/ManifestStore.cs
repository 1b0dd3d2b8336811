using System.Text.Json;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads and publishes manifests.</summary>
internal static class ManifestStore
{
    /// <summary>The manifest, null if there is none.</summary>
    internal static async Task<SnapshotManifest?> ReadAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        StorageName.Check(location);
        return await location.Storage.StatAsync(location.ManifestName, cancellationToken).ConfigureAwait(false) is null
            ? null
            : await ReadAsync(location, location.ManifestName, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<SnapshotManifest> RequireAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        await ReadAsync(location, cancellationToken).ConfigureAwait(false)
        ?? throw new SnapshotException(SnapshotFailure.NotFound, $"There is no snapshot {location.Id} in {location.Storage.Description}{(location.Path.Length > 0 ? ", folder " + location.Path : "")}.");

    /// <summary>Writes it under a temporary name, reads it back and publishes it.</summary>
    internal static async Task PublishAsync(SnapshotLocation location, SnapshotManifest manifest, CancellationToken cancellationToken)
    {
        var temporary = $"{location.Prefix}manifest.{StorageName.Unique()}{StorageName.Partial}";
        await using (var writer = await location.Storage.CreateAsync(temporary, cancellationToken).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(writer.Content, manifest, SnapshotJson.Default.SnapshotManifest, cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        _ = await ReadAsync(location, temporary, cancellationToken).ConfigureAwait(false);
        await location.Storage.PublishAsync(temporary, location.ManifestName, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<SnapshotManifest> ReadAsync(SnapshotLocation location, string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await location.Storage.OpenReadAsync(name, cancellationToken).ConfigureAwait(false);
            var manifest = await JsonSerializer.DeserializeAsync(stream, SnapshotJson.Default.SnapshotManifest, cancellationToken).ConfigureAwait(false);
            if (manifest is not { Format: SnapshotManifest.CurrentFormat } || manifest.Id != location.Id)
            {
                throw Invalid(name, $"format {manifest?.Format} and id '{manifest?.Id}', expected {SnapshotManifest.CurrentFormat} and '{location.Id}'", inner: null);
            }

            return manifest;
        }
        catch (JsonException e)
        {
            throw Invalid(name, e.Message, e);
        }
    }

    private static SnapshotException Invalid(string name, string why, Exception? inner) =>
        new(SnapshotFailure.ManifestInvalid, $"The manifest '{name}' cannot be used: {why}.", inner);
}
