namespace Drydock.Tests.Unit.Fakes;

/// <summary>A storage in memory.</summary>
internal sealed class TiDbStorages : IStorages, ISnapshotStorage
{
    private SnapshotStorageMark? _mark;

    public Dictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Why the storages of the spec may not be used; null if they may.</summary>
    public string? Refused { get; set; }

    public string Description => "memory";

    public string? Refusal(StorageSpec storage, string? @namespace) => Refused;

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken) =>
        Task.FromResult<ISnapshotStorage>(this);

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<ISnapshotObjectWriter>(new Writer(this, name));

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new MemoryStream(Objects[name]));

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(Objects.TryGetValue(name, out var bytes) ? new SnapshotObjectInfo(name, bytes.Length) : null);

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SnapshotObjectInfo>>(
            [.. Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(o => new SnapshotObjectInfo(o.Key, o.Value.Length))]);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_mark ??= new SnapshotStorageMark("memory", DateTimeOffset.UnixEpoch));

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
