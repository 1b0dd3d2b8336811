namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>A storage in which dumps that were not published cannot be deleted.</summary>
internal sealed class UndeletableStorage(ISnapshotStorage real) : ISnapshotStorage
{
    public string Description => real.Description;

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        real.CreateAsync(name, cancellationToken);

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        real.PublishAsync(from, to, cancellationToken);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        real.OpenReadAsync(name, cancellationToken);

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        real.StatAsync(name, cancellationToken);

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        real.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        name.EndsWith(StorageName.Partial, StringComparison.Ordinal)
            ? throw new SnapshotException(SnapshotFailure.StorageUnusable, "The storage is away.")
            : real.DeleteAsync(name, cancellationToken);

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) =>
        real.GetFreeBytesAsync(cancellationToken);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        real.EnsureMarkAsync(cancellationToken);

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        real.ReadMarkAsync(cancellationToken);
}
