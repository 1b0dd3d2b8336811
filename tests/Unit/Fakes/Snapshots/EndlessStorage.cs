namespace Drydock.Tests.Unit.Fakes;

/// <summary>A storage that gives what it is made for, and counts what was read of it.</summary>
/// <param name="content">The object: bytes at an offset, as many as are asked for; fewer are its end.</param>
internal sealed class EndlessStorage(Func<long, Memory<byte>, int> content) : ISnapshotStorage
{
    private long _read;

    public string Description => "memory";

    internal long Read => Interlocked.Read(ref _read);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new Content(this));

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<SnapshotObjectInfo?>(
            name.EndsWith("removing.json", StringComparison.Ordinal) ? null : new SnapshotObjectInfo(name, 1));

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private int Take(long at, Memory<byte> buffer)
    {
        var read = content(at, buffer);
        Interlocked.Add(ref _read, read);
        return read;
    }

    private sealed class Content(EndlessStorage storage) : ReadOnlyStream
    {
        private long _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = storage.Take(_at, buffer);
            _at += read;
            return ValueTask.FromResult(read);
        }
    }
}
