using System.Buffers.Text;

namespace Drydock.Clients.Safety;

/// <summary>Limits an untrusted tar before .NET's reader sees it. That reader loads the headers of an entry (long
/// names, extended attributes) into memory in the length the tar announces. This stream limits that length, the number
/// of entries and the total bytes.</summary>
/// <param name="inner">The tar from its start; it is not disposed.</param>
public sealed class BoundedTarStream(Stream inner, string what, long maxBytes) : ReadOnlyStream
{
    /// <summary>Maximum length in bytes of the headers of one entry.</summary>
    public const int MaxHeaderBytes = 64 * 1024;

    public const int MaxEntries = 1_000_000;

    private const int BlockBytes = 512;
    private const int TypeOffset = 156;
    private const int SizeOffset = 124;
    private const int SizeBytes = 12;

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly MemoryStream _attributes = new();
    private long _total;
    private long _dataLeft;
    private long _attributesLeft;
    private int _inBlock;
    private int _entries;
    private long _headerBytes;

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, (int)Math.Min(count, NextBytes()));
        Follow(buffer.AsSpan(offset, read));
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(
            buffer[..(int)Math.Min(buffer.Length, NextBytes())], cancellationToken).ConfigureAwait(false);
        Follow(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        _attributes.Dispose();
        base.Dispose(disposing);
    }

    // A header is checked before the reader receives it, so no read crosses the end of a header.
    private long NextBytes() => _dataLeft > 0 ? _dataLeft : BlockBytes - _inBlock;

    private void Follow(ReadOnlySpan<byte> read)
    {
        _total += read.Length;
        if (_total > maxBytes)
        {
            throw new InvalidDataException(
                $"{what}: the archive is longer than {maxBytes} bytes, so the rest is not read.");
        }

        if (_dataLeft > 0)
        {
            _dataLeft -= read.Length;
            var attributes = (int)Math.Min(_attributesLeft, read.Length);
            _attributes.Write(read[..attributes]);
            _attributesLeft -= attributes;
            return;
        }

        read.CopyTo(_block.AsSpan(_inBlock));
        _inBlock += read.Length;
        if (_inBlock == BlockBytes)
        {
            _inBlock = 0;
            TakeHeader();
        }
    }

    private void TakeHeader()
    {
        if (_block.AsSpan().IndexOfAnyExcept((byte)0) < 0)
        {
            return;
        }

        if (++_entries > MaxEntries)
        {
            throw new InvalidDataException(
                $"{what}: the archive has more than {MaxEntries} entries, so the rest is not read.");
        }

        var size = AttributeSize() ?? Size(_block.AsSpan(SizeOffset, SizeBytes));
        if (size is < 0 or > long.MaxValue - BlockBytes)
        {
            throw new InvalidDataException($"{what}: an entry of the archive has no usable length.");
        }

        // Global and extended attributes, long names and long link targets.
        _headerBytes = (char)_block[TypeOffset] is 'x' or 'g' or 'L' or 'K' ? _headerBytes + size : 0;
        if (_headerBytes > MaxHeaderBytes)
        {
            throw new InvalidDataException(
                $"{what}: the headers of an entry of the archive are longer than {MaxHeaderBytes} bytes, so the "
                    + "rest is not read.");
        }

        _attributesLeft = _block[TypeOffset] == 'x' ? size : 0;
        _dataLeft = (size + BlockBytes - 1) / BlockBytes * BlockBytes;
    }

    // A file of more than 8 GiB has its length in the extended attributes before it: records of "<length>
    // <key>=<value>" with a line feed.
    private long? AttributeSize()
    {
        var records = _attributes.GetBuffer().AsSpan(0, (int)_attributes.Length);
        long? size = null;
        while (Utf8Parser.TryParse(records, out int length, out var digits)
            && length > digits
            && length <= records.Length)
        {
            var record = records[(digits + 1)..length];
            if (record.StartsWith("size="u8))
            {
                size = Utf8Parser.TryParse(record[5..], out long value, out _) ? value : -1;
            }

            records = records[length..];
        }

        _attributes.SetLength(0);
        return size;
    }

    // Octal digits, or a big-endian number if the first bit is set.
    private static long Size(ReadOnlySpan<byte> field)
    {
        var number = 0L;
        if ((field[0] & 0x80) != 0)
        {
            if ((field[0] & 0x7f) != 0 || field[1..4].IndexOfAnyExcept((byte)0) >= 0)
            {
                return -1;
            }

            foreach (var b in field[4..])
            {
                number = (number << 8) | b;
            }

            return number;
        }

        foreach (var b in field)
        {
            if (b is >= (byte)'0' and <= (byte)'7')
            {
                number = (number << 3) | (uint)(b - '0');
            }
            else if (b is not ((byte)' ' or 0))
            {
                return -1;
            }
        }

        return number;
    }
}
