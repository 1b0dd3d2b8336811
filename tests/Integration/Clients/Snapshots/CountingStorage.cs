using System.Collections.Concurrent;
using Drydock.Clients.Snapshots;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>A storage that counts how often each object is opened.</summary>
internal sealed class CountingStorage(ISnapshotStorage real) : ISnapshotStorage
{
    public ConcurrentDictionary<string, int> Reads { get; } = new(StringComparer.Ordinal);

    public string Description => real.Description;

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        real.CreateAsync(name, cancellationToken);

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        real.PublishAsync(from, to, cancellationToken);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        Reads.AddOrUpdate(name, 1, static (_, n) => n + 1);
        return real.OpenReadAsync(name, cancellationToken);
    }

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        real.StatAsync(name, cancellationToken);

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        real.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        real.DeleteAsync(name, cancellationToken);

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) =>
        real.GetFreeBytesAsync(cancellationToken);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        real.EnsureMarkAsync(cancellationToken);

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        real.ReadMarkAsync(cancellationToken);
}
