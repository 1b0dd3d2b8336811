using System.Buffers;

namespace Drydock.Lab;

/// <summary>Reads heads, bodies and lines from one side of a connection through a buffer.</summary>
internal sealed class WireReader(Stream stream)
{
    private const int MaxHead = 1 << 20;
    private readonly Lock _gate = new();
    private byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;
    private Task<int>? _pending;

    /// <summary>The stream, for writing.</summary>
    public Stream Stream => stream;

    /// <summary>
    /// Completes with false when the other side closes and with true when it sends; the bytes stay in the buffer.
    /// </summary>
    public async Task<bool> PeekAsync(CancellationToken cancellationToken) =>
        _end > _start || await FillAsync(cancellationToken);

    /// <summary>Reads a head; null at an orderly end.</summary>
    public async Task<HttpHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var available = _end - _start;
            var index = _buffer.AsSpan(_start, available)[searched..].IndexOf("\r\n\r\n"u8);
            if (index >= 0)
            {
                var raw = _buffer.AsSpan(_start, searched + index + 4).ToArray();
                _start += raw.Length;
                return HttpHead.Parse(raw);
            }

            searched = Math.Max(0, available - 3);
            if (available > MaxHead)
            {
                throw new InvalidDataException("HTTP head of more than 1 MiB");
            }

            if (!await FillAsync(cancellationToken))
            {
                return available == 0
                    ? null
                    : throw new EndOfStreamException("The connection ended inside of an HTTP head");
            }
        }
    }

    /// <summary>Reads exactly this many bytes.</summary>
    public async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        var result = new byte[count];
        var done = 0;
        while (done < count)
        {
            var read = await ReadAsync(result.AsMemory(done), cancellationToken);
            done +=
                read > 0 ? read : throw new EndOfStreamException($"The connection ended {count - done} bytes early");
        }

        return result;
    }

    /// <summary>Reads some bytes; 0 at the end.</summary>
    public async Task<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (_end == _start && !await FillAsync(cancellationToken))
        {
            return 0;
        }

        var count = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(target.Span);
        _start += count;
        return count;
    }

    /// <summary>Reads a line with its line feed; null at the end.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var index = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (index >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, index + 1);
                _start += index + 1;
                return line;
            }

            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }
    }

    /// <summary>
    /// Forwards the pieces of a body with the given framing to a sink, which gets them as sent and decoded.
    /// </summary>
    /// <param name="head">The head that defines the framing of the body.</param>
    /// <param name="sink">Gets each piece: bytes on the wire, and the payload in them.</param>
    public async Task CopyBodyAsync(
        HttpHead head, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, Task> sink, CancellationToken cancellationToken)
    {
        if (head.IsChunked)
        {
            await CopyChunksAsync(sink, cancellationToken);
        }
        else
        {
            await CopyPlainAsync(head.ContentLength ?? 0, sink, cancellationToken);
        }
    }

    /// <summary>Forwards everything until the other side ends.</summary>
    public async Task CopyToEndAsync(Func<ReadOnlyMemory<byte>, Task> sink, CancellationToken cancellationToken)
    {
        var piece = new byte[32 * 1024];
        int read;
        while ((read = await ReadAsync(piece, cancellationToken)) > 0)
        {
            await sink(piece.AsMemory(0, read));
        }
    }

    private async Task CopyPlainAsync(
        long left, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, Task> sink, CancellationToken cancellationToken)
    {
        var piece = new byte[64 * 1024];
        while (left > 0)
        {
            var read = await ReadAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, left)), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException($"The body ended {left} bytes early");
            }

            await sink(piece.AsMemory(0, read), piece.AsMemory(0, read));
            left -= read;
        }
    }

    private async Task CopyChunksAsync(
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, Task> sink, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken)
                ?? throw new EndOfStreamException("The connection ended between two chunks");
            var size = int.Parse(line.Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var wire = new ArrayBufferWriter<byte>(line.Length + size + 2);
            wire.Write(Encoding.Latin1.GetBytes(line));
            if (size == 0)
            {
                // Trailers, up to the empty line.
                while (true)
                {
                    var trailer = await ReadLineAsync(cancellationToken)
                        ?? throw new EndOfStreamException("The connection ended inside of a trailer");
                    wire.Write(Encoding.Latin1.GetBytes(trailer));
                    if (trailer is "\r\n" or "\n")
                    {
                        break;
                    }
                }

                await sink(wire.WrittenMemory, ReadOnlyMemory<byte>.Empty);
                return;
            }

            wire.Write(await ReadExactlyAsync(size + 2, cancellationToken));
            await sink(wire.WrittenMemory, wire.WrittenMemory.Slice(line.Length, size));
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_pending is null)
        {
            Compact();
            _pending = stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).AsTask();
        }

        var pending = _pending;
        var read = await pending;
        // A peek and a read may wait for the same piece. The first one to wake puts it into the buffer.
        lock (_gate)
        {
            if (ReferenceEquals(_pending, pending))
            {
                _pending = null;
                _end += read;
            }
        }

        return read > 0;
    }

    private void Compact()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }
}
