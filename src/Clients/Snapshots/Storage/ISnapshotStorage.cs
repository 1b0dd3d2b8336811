namespace Drydock.Clients.Snapshots;

/// <summary>Where snapshots are kept: a flat space of named objects that are written once, checked and then published
/// by a rename.</summary>
/// <remarks>Names are relative, parts separated by <c>/</c>, each part of letters, digits and <c>. _ - %</c>, none of
/// them <c>.</c> or <c>..</c>. Nothing is ever overwritten: creating or publishing with an existing name throws a
/// <see cref="SnapshotException"/> with <see cref="SnapshotFailure.AlreadyExists"/>.</remarks>
public interface ISnapshotStorage
{
    string Description { get; }

    Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives a completed object its final name, atomically and durably.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.AlreadyExists"/> if <paramref name="to"/> exists,
    /// <see cref="SnapshotFailure.NotFound"/> if <paramref name="from"/> does not exist.</exception>
    Task PublishAsync(string from, string to, CancellationToken cancellationToken);

    Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken);

    Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken);

    Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; removing a missing one is not an error.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Aborts unfinished writes of an earlier process below <paramref name="prefix"/> if they are not listed
    /// as objects (multipart uploads). A process that still writes there can no longer complete its object.</summary>
    Task AbandonUnfinishedAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Free bytes; null if the storage does not report them.</summary>
    Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken);

    /// <summary>Writes and reads back the marker that identifies this storage, or returns the existing one.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/> if it cannot be written and
    /// read back.</exception>
    Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken);

    /// <summary>Reads the marker; null means that this is a different storage (<c>StorageLost</c>).</summary>
    Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken);
}

/// <summary>An object being written. If it is disposed without <see cref="CompleteAsync"/>, it is abandoned and removed
/// if possible.</summary>
public interface ISnapshotObjectWriter : IAsyncDisposable
{
    Stream Content { get; }

    Task CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>One stored object.</summary>
/// <param name="Version">Changes with its content (the ETag of S3); null if the storage has no such value.</param>
public sealed record SnapshotObjectInfo(string Name, long Bytes, string? Version = null);

/// <summary>The mark inside a storage (object <c>.drydock-storage.json</c>) that identifies it.</summary>
/// <param name="StorageId">Random and unique.</param>
public sealed record SnapshotStorageMark(string StorageId, DateTimeOffset CreatedAt);
