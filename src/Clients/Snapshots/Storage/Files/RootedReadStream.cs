namespace Drydock.Clients.Snapshots;

/// <summary>Reads a file of a storage root. A volume that hangs ends a read with a
/// <see cref="SnapshotException"/>.</summary>
/// <param name="file">The file.</param>
/// <param name="length">Its length in bytes when it was opened.</param>
internal sealed class RootedReadStream(RootedFile file, long length) : ReadOnlyStream
{
    private const int BufferBytes = 128 * 1024;

    // Of its own: a read that was left may still write into it.
    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _position;
    private int _at;
    private int _filled;

    /// <inheritdoc />
    public override bool CanSeek => true;

    /// <inheritdoc />
    public override long Length => length;

    /// <inheritdoc />
    public override long Position
    {
        get => _position - (_filled - _at);
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _filled && buffer.Length > 0)
        {
            var from = _position;
            _at = 0;
            _filled = 0;
            _filled = await file.RunAsync("read", handle => RandomAccess.Read(handle, _buffer, from), cancellationToken).ConfigureAwait(false);
            _position += _filled;
        }

        var count = Math.Min(buffer.Length, _filled - _at);
        _buffer.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => length };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        (_position, _at, _filled) = (target, 0, 0);
        return target;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
