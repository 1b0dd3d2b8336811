using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Common.Storage;

namespace Drydock.Tests.Unit.TiDb.World;

/// <summary>A storage in memory.</summary>
internal sealed class TiDbStorages : IStorages, ISnapshotStorage
{
    private SnapshotStorageMark? _mark;

    public Dictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public string Description => "memory";

    public Task<ISnapshotStorage> OpenAsync(StorageSpec storage, string? @namespace, CancellationToken cancellationToken) => Task.FromResult<ISnapshotStorage>(this);

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => Task.FromResult<ISnapshotObjectWriter>(new Writer(this, name));

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream(Objects[name]));

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(Objects.TryGetValue(name, out var bytes) ? new SnapshotObjectInfo(name, bytes.Length, DateTimeOffset.UnixEpoch) : null);

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) => Task.FromResult(_mark ??= new SnapshotStorageMark("memory", DateTimeOffset.UnixEpoch));

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) => Task.FromResult(_mark);

    private sealed class Writer(TiDbStorages storage, string name) : ISnapshotObjectWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Content => _content;

        public Task CompleteAsync(CancellationToken cancellationToken)
        {
            storage.Objects[name] = _content.ToArray();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
