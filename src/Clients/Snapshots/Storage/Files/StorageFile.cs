using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>An open file of a storage root, read from its start. Every call, also the close, is a blocking call of the
/// root: a volume that hangs ends it with a <see cref="SnapshotException"/>.</summary>
/// <param name="name">Its name, for messages.</param>
internal sealed class StorageFile(SafeFileHandle handle, string name, StorageRoot root) : ReadOnlyStream
{
    private const int BufferBytes = 512 * 1024;

    // Limits the data not yet on disk, so that no sync takes so long that the root seems to hang.
    private const int SyncBytes = 16 << 20;

    // Not the caller's buffer: an abandoned call may still use it.
    private readonly byte[] _buffer = new byte[BufferBytes];
    private bool _closed;
    private long _position;
    private int _at;
    private int _filled;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_at == _filled && buffer.Length > 0)
        {
            var from = _position;
            _at = 0;
            _filled = 0;
            try
            {
                _filled = await root.RunAsync(
                    $"read '{name}'", () => RandomAccess.Read(handle, _buffer, from), cancellationToken);
            }
            catch
            {
                // The call may still be running.
                Dispose();
                throw;
            }

            _position += _filled;
        }

        var count = Math.Min(buffer.Length, _filled - _at);
        _buffer.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    /// <summary>Writes all of a pipe to a new file, and returns when it is on disk.</summary>
    internal static async Task WriteAsync(
        SafeFileHandle file, string name, StorageRoot root, PipeReader content, CancellationToken cancellationToken)
    {
        // Not the memory of the pipe: an abandoned call may still use it.
        var buffer = new byte[BufferBytes];
        var (at, unsynced, count) = (0L, 0, 0);
        do
        {
            var read = await content.ReadAtLeastAsync(BufferBytes, cancellationToken);
            var piece = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, BufferBytes));
            piece.CopyTo(buffer);
            count = (int)piece.Length;
            content.AdvanceTo(piece.End);
            await root.RunAsync($"write '{name}'", Write, cancellationToken);
        }
        while (count > 0);

        bool Write()
        {
            RandomAccess.Write(file, buffer.AsSpan(0, count), at);
            at += count;
            unsynced += count;
            if (unsynced >= SyncBytes || count == 0)
            {
                RandomAccess.FlushToDisk(file);
                unsynced = 0;
            }

            return true;
        }
    }

    // Without waiting, because closing can block like any other call.
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            root.Post($"close '{name}'", handle.Dispose);
        }

        base.Dispose(disposing);
    }
}
