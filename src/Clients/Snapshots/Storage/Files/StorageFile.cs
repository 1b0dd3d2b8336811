using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>An open file of a storage root, read or written from its start. Every call, also the close, is a blocking
/// call of the root: a volume that hangs ends it with a <see cref="SnapshotException"/>.</summary>
/// <param name="name">Its name, for messages.</param>
/// <param name="canWrite">Whether it is written; otherwise it is read.</param>
/// <param name="calls">The blocking calls of the root.</param>
internal sealed class StorageFile(SafeFileHandle handle, string name, bool canWrite, BlockingCalls calls) : Stream
{
    private const int BufferBytes = 128 * 1024;

    // Limits the data not yet on disk, so that no sync takes so long that the root seems to hang.
    private const int SyncBytes = 16 << 20;

    // Not the caller's buffer: an abandoned call may still use it.
    private readonly byte[] _buffer = new byte[BufferBytes];
    private Exception? _broken;
    private bool _closed;
    private long _position;
    private int _at;
    private int _filled;
    private int _unsynced;

    public override bool CanRead => !canWrite;

    public override bool CanSeek => false;

    public override bool CanWrite => canWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position + _filled;
        set => throw new NotSupportedException();
    }

    // Streams must support synchronous calls. Each is a blocking call of the root, with its time limit.
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _filled && buffer.Length > 0)
        {
            var from = _position;
            _at = 0;
            _filled = 0;
            _filled = await RunAsync("read", () => RandomAccess.Read(handle, _buffer, from), cancellationToken);
            _position += _filled;
        }

        var count = Math.Min(buffer.Length, _filled - _at);
        _buffer.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

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
                await FlushAsync(cancellationToken);
            }
        }
    }

    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!canWrite || _filled == 0)
        {
            return;
        }

        var (at, count) = (_position, _filled);
        await RunAsync(
            "write",
            () =>
            {
                RandomAccess.Write(handle, _buffer.AsSpan(0, count), at);
                return true;
            },
            cancellationToken);
        _position += count;
        _filled = 0;
        _unsynced += count;
        if (_unsynced >= SyncBytes)
        {
            await SyncAsync(cancellationToken);
        }
    }

    /// <summary>Returns when everything that was written is on disk.</summary>
    internal async Task SyncAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await RunAsync(
            "sync",
            () =>
            {
                RandomAccess.FlushToDisk(handle);
                return true;
            },
            cancellationToken);
        _unsynced = 0;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Without waiting, because closing can block like any other call.
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            calls.Post($"close '{name}'", handle.Dispose);
        }

        base.Dispose(disposing);
    }

    // A call that failed or was abandoned may still be running, so the file is not used again.
    private async Task<T> RunAsync<T>(string verb, Func<T> call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_broken is not null)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{name}' is no longer used after an earlier failure: {Sentences.Close(_broken.Message)}",
                _broken);
        }

        try
        {
            return await calls.RunAsync($"{verb} '{name}'", call, cancellationToken);
        }
        catch (Exception error)
        {
            _broken = error;
            throw;
        }
    }
}
