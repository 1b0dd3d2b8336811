using System.Formats.Tar;

namespace Drydock.Clients.Docker;

/// <summary>A tar of one file (ustar, root:root, mode 0644), read while the content is read: nothing of it is kept.
/// <see cref="TarWriter"/> can only write content that is on a disk or in memory.</summary>
internal sealed class SingleFileTar : ReadOnlyStream
{
    /// <summary>The longest name of a file, in bytes of UTF-8.</summary>
    internal const int LongestName = 100;

    /// <summary>The longest content: 11 octal digits.</summary>
    internal const long MostBytes = (1L << 33) - 1;

    private const int Block = 512;

    // The fields of a ustar header by their offsets (POSIX.1-2017, pax, ustar interchange format).
    private const int SizeAt = 124;
    private const int SumAt = 148;

    private readonly Stream _content;
    private readonly long _bytes;
    private readonly byte[] _header;
    private readonly long _end;
    private long _position;

    public SingleFileTar(string name, long bytes, Stream content, DateTimeOffset changed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MostBytes);
        if (Encoding.UTF8.GetByteCount(name) is 0 or > LongestName || name.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{name}' is no name of a file of at most {LongestName} bytes.", nameof(name));
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
            : throw new EndOfStreamException(string.Create(
                CultureInfo.InvariantCulture,
                $"The content ended after {_position - Block} of {_bytes} bytes."));
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
            });
        }

        // The header of an empty file, with the right size.
        var header = archive.ToArray()[..Block];
        Octal(SizeAt, 12, bytes);
        header.AsSpan(SumAt, 8).Fill((byte)' ');
        Octal(SumAt, 7, header.Sum(static value => value));
        return header;

        void Octal(int offset, int width, long value) =>
            Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(width - 1, '0') + "\0").CopyTo(header, offset);
    }
}
