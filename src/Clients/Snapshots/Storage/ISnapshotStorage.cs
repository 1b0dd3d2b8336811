namespace Drydock.Clients.Snapshots;

/// <summary>
/// Where snapshots are kept: a flat space of named objects that are written once, checked and then published by a
/// rename.
/// </summary>
/// <remarks>
/// Names are relative, parts separated by <c>/</c>, each part of letters, digits and <c>. _ - %</c>, none of them
/// <c>.</c> or <c>..</c>. Nothing is ever overwritten: creating or publishing onto a name that exists is a
/// <see cref="SnapshotException"/> with <see cref="SnapshotFailure.AlreadyExists"/>.
/// </remarks>
public interface ISnapshotStorage
{
    /// <summary>What and where it is, for messages; no secrets.</summary>
    string Description { get; }

    /// <summary>Begins a new object. It is readable under <paramref name="name"/> once completed.</summary>
    Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives a completed object its final name, atomically and durably.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.AlreadyExists"/> if <paramref name="to"/> exists,
    /// <see cref="SnapshotFailure.NotFound"/> if <paramref name="from"/> is gone.</exception>
    Task PublishAsync(string from, string to, CancellationToken cancellationToken);

    /// <summary>Opens an object for one read from the start.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>.</exception>
    Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Looks an object up; null if there is none.</summary>
    Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken);

    /// <summary>All objects whose names begin with <paramref name="prefix"/>, in ordinal order.</summary>
    Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; removing one that is not there is no error.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Gives up what a process that is gone began below <paramref name="prefix"/> and did not complete, where such
    /// things are no objects and so are not listed (uploads in parts). Whoever still writes there finds that its object
    /// cannot be completed any more.
    /// </summary>
    Task AbandonUnfinishedAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Bytes that can still be written, null where the storage has no such figure.</summary>
    Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes and reads back the mark that tells this storage from another, or returns the one that is there.
    /// </summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/> if it cannot be written and
    /// read back.</exception>
    Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken);

    /// <summary>Reads the mark; null means that this is not the storage it was (<c>StorageLost</c>).</summary>
    Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken);
}
