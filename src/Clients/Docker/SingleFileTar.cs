using System.Formats.Tar;

namespace Drydock.Clients.Docker;

/// <summary>A tar of one file (ustar, root:root, mode 0644), read while the content is read: nothing of it is kept.
/// <see cref="TarWriter"/> can only write content that is on a disk or in memory.</summary>
internal sealed class SingleFileTar : ReadOnlyStream
{
    private const int Block = 512;

    private readonly Stream _content;
    private readonly long _bytes;
    private readonly byte[] _header;
    private readonly long _end;
    private long _position;

    public SingleFileTar(string name, long bytes, Stream content, DateTimeOffset changed)
    {
        if (Array.Exists(name.Split('/'), part => part is "" or "." or ".."))
        {
            throw new ArgumentException($"'{name}' is no path of a file below a directory.", nameof(name));
        }

        (_content, _bytes, _header) = (content, bytes, Header(name, bytes, changed));

        // The content is padded to whole blocks, and two empty blocks end the archive.
        _end = Block + ((bytes + Block - 1) / Block * Block) + (2 * Block);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position < Block || _position >= Block + _bytes || buffer.Length == 0)
        {
            return Frame(buffer.Span);
        }

        var most = (int)Math.Min(buffer.Length, Block + _bytes - _position);
        var read = await _content.ReadAsync(buffer[..most], cancellationToken).ConfigureAwait(false);
        _position += read;
        return read > 0
            ? read
            : throw new EndOfStreamException($"The content ended after {_position - Block} of {_bytes} bytes.");
    }

    // The header, or the zeros after the content.
    private int Frame(Span<byte> buffer)
    {
        var length = (int)Math.Min(buffer.Length, (_position < Block ? Block : _end) - _position);
        if (_position < Block)
        {
            _header.AsSpan((int)_position, length).CopyTo(buffer);
        }
        else
        {
            buffer[..length].Clear();
        }

        _position += length;
        return length;
    }

    private static byte[] Header(string name, long bytes, DateTimeOffset changed)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
                    | UnixFileMode.OtherRead,
                ModificationTime = changed < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : changed,
                UserName = "root",
                GroupName = "root",
                DataStream = new Announced(bytes),
            });
        }

        return archive.ToArray()[..Block];
    }

    /// <summary>Has a length for the header, and no content.</summary>
    private sealed class Announced(long bytes) : MemoryStream
    {
        public override long Length => bytes;
    }
}
