namespace Drydock.Clients.Snapshots;

/// <summary>Small JSON documents in a storage.</summary>
internal static class StoredDocument
{
    internal static async Task WriteAsync<T>(
        ISnapshotStorage storage, string name, T document, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            await using var writer = await storage.CreateAsync(name, cancellationToken);
            await JsonSerializer.SerializeAsync(writer.Content, document, type, cancellationToken);
            await writer.CompleteAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"Cannot write '{name}' in {storage.Description}: {Sentences.Close(e.Message)}",
                e);
        }
    }

    /// <exception cref="JsonException">It is not such a document, or is longer than the limit.</exception>
    internal static async Task<T?> ReadAsync<T>(
        ISnapshotStorage storage, string name, int limit, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var stream = new LimitedStream(
            await storage.OpenReadAsync(name, cancellationToken),
            limit,
            () => new JsonException($"'{name}' is longer than the limit of {limit} bytes."));
        return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken);
    }
}

/// <summary>Writes and reads the mark by which a storage is known again.</summary>
internal static class StorageMark
{
    internal const string Name = ".drydock-storage.json";

    internal static async Task<SnapshotStorageMark> EnsureAsync(
        ISnapshotStorage storage, TimeProvider time, CancellationToken cancellationToken)
    {
        var mark = await ReadAsync(storage, cancellationToken)
            ?? new SnapshotStorageMark(Guid.NewGuid().ToString("D"), time.GetUtcNow());

        // Always written: a readable old marker does not prove that the storage is still writable.
        var temporary = $"{Name}.{StorageName.Unique()}{StorageName.Partial}";
        await StoredDocument.WriteAsync(
            storage, temporary, mark, SnapshotJson.Default.SnapshotStorageMark, cancellationToken);
        try
        {
            await storage.PublishAsync(temporary, Name, cancellationToken);
        }
        catch (SnapshotException e) when (e.Failure == SnapshotFailure.AlreadyExists)
        {
            await storage.DeleteAsync(temporary, cancellationToken);
        }

        return await ReadAsync(storage, cancellationToken)
            ?? throw new SnapshotException(
                SnapshotFailure.StorageUnusable, $"The mark written to {storage.Description} cannot be read back.");
    }

    internal static async Task<SnapshotStorageMark?> ReadAsync(
        ISnapshotStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            return await StoredDocument.ReadAsync(
                storage, Name, SnapshotLimits.Record, SnapshotJson.Default.SnapshotStorageMark, cancellationToken);
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
