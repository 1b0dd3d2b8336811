namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>A storage that stops working after a number of deletions.</summary>
internal sealed class FailingStorage(ISnapshotStorage real, int deletions) : ISnapshotStorage
{
    private int _left = deletions;

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
        _left-- > 0
            ? real.DeleteAsync(name, cancellationToken)
            : throw new SnapshotException(SnapshotFailure.StorageUnusable, "The storage is away.");

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) =>
        real.GetFreeBytesAsync(cancellationToken);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        real.EnsureMarkAsync(cancellationToken);

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        real.ReadMarkAsync(cancellationToken);
}
