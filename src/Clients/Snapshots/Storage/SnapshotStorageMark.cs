namespace Drydock.Clients.Snapshots;

/// <summary>The mark inside a storage (object <c>.drydock-storage.json</c>) by which it is known again.</summary>
/// <param name="StorageId">Random and unique.</param>
/// <param name="CreatedAt">When the mark was made.</param>
public sealed record SnapshotStorageMark(string StorageId, DateTimeOffset CreatedAt);
