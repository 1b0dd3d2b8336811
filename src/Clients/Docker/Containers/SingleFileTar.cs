namespace Drydock.Clients.Docker;

/// <summary>A tar of one file (ustar, root:root, mode 0644), read while the content is read: nothing of it is
/// kept.</summary>
internal sealed class SingleFileTar : Stream
{
    /// <summary>The longest name of a file, in bytes of UTF-8.</summary>
    internal const int LongestName = 100;

    /// <summary>The longest content: 11 octal digits.</summary>
    internal const long MostBytes = (1L << 33) - 1;

    private const int Block = 512;

    private readonly Stream _content;
    private readonly long _bytes;
    private readonly byte[] _header;
    private readonly long _end;
    private long _position;

    public SingleFileTar(string name, long bytes, Stream content, DateTimeOffset changed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, MostBytes);
        (_content, _bytes, _header) = (content, bytes, Header(name, bytes, changed));

        // The content is padded to whole blocks, and two empty blocks end the archive.
        _end = Block + ((bytes + Block - 1) / Block * Block) + (2 * Block);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (InContent() is { } left && buffer.Length > 0)
        {
            return Took(await _content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken)
                .ConfigureAwait(false));
        }

        return Frame(buffer.Span);
    }

    public override int Read(Span<byte> buffer) => InContent() is { } left && buffer.Length > 0
        ? Took(_content.Read(buffer[..(int)Math.Min(buffer.Length, left)]))
        : Frame(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private long? InContent() =>
        _position >= Block && _position < Block + _bytes ? Block + _bytes - _position : null;

    private int Took(int read)
    {
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
        if (_position < Block)
        {
            var header = _header.AsSpan((int)_position);
            header = header[..Math.Min(header.Length, buffer.Length)];
            header.CopyTo(buffer);
            _position += header.Length;
            return header.Length;
        }

        var zeros = (int)Math.Min(buffer.Length, _end - _position);
        buffer[..zeros].Clear();
        _position += zeros;
        return zeros;
    }

    // The fields of a ustar header by their offsets (POSIX.1-2017, pax, ustar interchange format).
    private static byte[] Header(string name, long bytes, DateTimeOffset changed)
    {
        var header = new byte[Block];
        var utf8 = Encoding.UTF8.GetBytes(name);
        if (utf8.Length is 0 or > LongestName || name.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{name}' is no name of a file of at most {LongestName} bytes.", nameof(name));
        }

        utf8.CopyTo(header, 0);
        Octal(100, 8, 0b110_100_100);
        Octal(108, 8, 0);
        Octal(116, 8, 0);
        Octal(124, 12, bytes);
        Octal(136, 12, Math.Max(0, changed.ToUnixTimeSeconds()));
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = (byte)'0';
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        "root"u8.CopyTo(header.AsSpan(265));
        "root"u8.CopyTo(header.AsSpan(297));
        var sum = header.Sum(static value => value);
        Octal(148, 7, sum);
        return header;

        void Octal(int offset, int width, long value) =>
            Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(width - 1, '0') + "\0")
                .CopyTo(header, offset);
    }
}
