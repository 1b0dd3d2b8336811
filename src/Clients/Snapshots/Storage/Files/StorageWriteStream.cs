namespace Drydock.Clients.Snapshots;

/// <summary>Writes a file of a storage root. A volume that hangs ends a write with a
/// <see cref="SnapshotException"/>.</summary>
internal sealed class StorageWriteStream(StorageFile file) : Stream
{
    private const int BufferBytes = 128 * 1024;

    // Limits the data not yet on disk, so that no sync takes so long that the root seems to hang.
    private const int SyncBytes = 16 << 20;

    // Not the caller's buffer: an abandoned write may still read from it.
    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _position;
    private int _filled;
    private int _unsynced;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position + _filled;
        set => throw new NotSupportedException();
    }

    // Streams must support synchronous calls. The write itself is a blocking call of the root, with its time limit.
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, BufferBytes - _filled);
            buffer[..count].CopyTo(_buffer.AsMemory(_filled));
            buffer = buffer[count..];
            _filled += count;
            if (_filled == BufferBytes)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_filled == 0)
        {
            return;
        }

        var (at, count) = (_position, _filled);
        await file.RunAsync(
            "write",
            handle =>
            {
                RandomAccess.Write(handle, _buffer.AsSpan(0, count), at);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        _position += count;
        _filled = 0;
        _unsynced += count;
        if (_unsynced >= SyncBytes)
        {
            await SyncAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    internal async Task SyncAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await file.RunAsync(
            "sync",
            static handle =>
            {
                RandomAccess.FlushToDisk(handle);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        _unsynced = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
