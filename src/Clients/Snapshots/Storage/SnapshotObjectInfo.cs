namespace Drydock.Clients.Snapshots;

/// <summary>One stored object.</summary>
/// <param name="Name">Its name in the storage.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="ModifiedAt">When it was last written.</param>
/// <param name="Version">What changes with its contents, where the storage has such a thing (the ETag of S3); otherwise
/// null.</param>
public sealed record SnapshotObjectInfo(string Name, long Bytes, DateTimeOffset ModifiedAt, string? Version = null);
