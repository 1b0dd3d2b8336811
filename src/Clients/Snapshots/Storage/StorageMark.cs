namespace Drydock.Clients.Snapshots;

/// <summary>Writes and reads the mark by which a storage is known again.</summary>
internal static class StorageMark
{
    internal const string Name = ".drydock-storage.json";

    internal static async Task<SnapshotStorageMark> EnsureAsync(
        ISnapshotStorage storage, TimeProvider time, CancellationToken cancellationToken)
    {
        var mark = await ReadAsync(storage, cancellationToken).ConfigureAwait(false)
            ?? new SnapshotStorageMark(Guid.NewGuid().ToString("D"), time.GetUtcNow());

        // Always written: a readable old marker does not prove that the storage is still writable.
        var temporary = $"{Name}.{StorageName.Unique()}{StorageName.Partial}";
        await using (var writer = await storage.CreateAsync(temporary, cancellationToken).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(
                writer.Content,
                mark,
                SnapshotJson.Default.SnapshotStorageMark,
                cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await storage.PublishAsync(temporary, Name, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.AlreadyExists)
        {
            await storage.DeleteAsync(temporary, cancellationToken).ConfigureAwait(false);
        }

        return await ReadAsync(storage, cancellationToken).ConfigureAwait(false)
            ?? throw new SnapshotException(
                SnapshotFailure.StorageUnusable, $"The mark written to {storage.Description} cannot be read back.");
    }

    internal static async Task<SnapshotStorageMark?> ReadAsync(
        ISnapshotStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocumentReader.ReadAsync(
                storage,
                Name,
                SnapshotLimits.Record,
                SnapshotJson.Default.SnapshotStorageMark,
                cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable, $"The mark {Name} in {storage.Description} is damaged.", e);
        }
    }
}
