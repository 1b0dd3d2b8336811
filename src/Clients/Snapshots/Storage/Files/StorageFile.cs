using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>An open file of a storage root; every call, including the close, is a blocking call of the root.</summary>
/// <param name="handle">The file.</param>
/// <param name="name">Its name, for messages.</param>
/// <param name="calls">The blocking calls of the root.</param>
internal sealed class StorageFile(SafeFileHandle handle, string name, BlockingCalls calls) : IDisposable
{
    private Exception? _broken;
    private bool _closed;

    internal string Name => name;

    /// <summary>Runs a call. A call that failed or was abandoned may still be running, so the file is not used
    /// again.</summary>
    internal async Task<T> RunAsync<T>(string verb, Func<SafeFileHandle, T> call, CancellationToken cancellationToken)
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
            return await calls.RunAsync(
                $"{verb} '{name}'", () => call(handle), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _broken = error;
            throw;
        }
    }

    /// <summary>Closes it without waiting, because closing can block like any other call.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            calls.Post($"close '{name}'", handle.Dispose);
        }
    }
}

/// <summary>Reads a file of a storage root. A volume that hangs ends a read with a
/// <see cref="SnapshotException"/>.</summary>
/// <param name="file">The file.</param>
internal sealed class StorageReadStream(StorageFile file) : ReadOnlyStream
{
    private const int BufferBytes = 128 * 1024;

    // Not the caller's buffer: an abandoned read may still write into it.
    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _position;
    private int _at;
    private int _filled;

    protected override IDisposable Owned => file;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _filled && buffer.Length > 0)
        {
            var from = _position;
            _at = 0;
            _filled = 0;
            _filled = await file.RunAsync(
                "read", handle => RandomAccess.Read(handle, _buffer, from), cancellationToken).ConfigureAwait(false);
            _position += _filled;
        }

        var count = Math.Min(buffer.Length, _filled - _at);
        _buffer.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }
}
