using System.Buffers.Binary;

namespace Drydock.Clients.Docker;

/// <summary>Output of containers and attached commands, framed or (with a terminal) raw.</summary>
internal static class RawOutput
{
    private const int BufferBytes = 32 * 1024;

    public static async IAsyncEnumerable<ContainerOutputChunk> ReadAsync(
        string endpoint, DockerRequest call, Stream body, bool tty, [
            EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parser = new MultiplexedFrameParser();
        var buffer = new byte[BufferBytes];
        var chunks = new List<ContainerOutputChunk>();
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            // Copied, because the buffer is reused while the caller may still hold the chunk.
            var piece = buffer.AsMemory(0, read).ToArray();
            if (tty)
            {
                yield return new ContainerOutputChunk { Source = ContainerOutputSource.StandardOutput, Data = piece };
                continue;
            }

            chunks.Clear();
            Feed(endpoint, call, parser, piece, chunks);
            foreach (var chunk in chunks)
            {
                yield return chunk;
            }
        }

        if (!parser.AtBoundary)
        {
            throw new DockerUnreachableException(
                endpoint,
                $"The connection to Docker at {endpoint} broke in the middle of the output ({call.Operation}).",
                call.ChangesSomething);
        }
    }

    private static void Feed(
        string endpoint,
        DockerRequest call,
        MultiplexedFrameParser parser,
        byte[] piece,
        List<ContainerOutputChunk> chunks)
    {
        try
        {
            parser.Feed(piece, (source, data, isEngineError) =>
            {
                if (isEngineError)
                {
                    throw new DockerStreamException(
                        endpoint, call.Operation, "the engine could not continue the output");
                }

                chunks.Add(new ContainerOutputChunk { Source = source, Data = data });
            });
        }
        catch (InvalidDataException e)
        {
            throw new DockerProtocolException(endpoint, $"Docker at {endpoint} ({call.Operation}): {e.Message}", e);
        }
    }
}

/// <summary>Splits the engine's multiplexed output: frames of an 8-byte header (source, three zeros, length as
/// big-endian 32 bits) and the payload. Accepts input split anywhere and passes payload on as it comes, so the size of
/// a frame costs no memory.</summary>
internal sealed class MultiplexedFrameParser
{
    private const int HeaderBytes = 8;
    private const byte EngineError = 3;
    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerBytes;
    private uint _remaining;
    private byte _source;

    public bool AtBoundary => _headerBytes == 0 && _remaining == 0;

    /// <summary>Processes the next piece.</summary>
    /// <param name="piece">The bytes; the chunks refer to them.</param>
    /// <exception cref="InvalidDataException">A frame header is invalid.</exception>
    public void Feed(ReadOnlyMemory<byte> piece, Action<ContainerOutputSource, ReadOnlyMemory<byte>, bool> onChunk)
    {
        while (!piece.IsEmpty)
        {
            if (_remaining == 0)
            {
                var take = Math.Min(HeaderBytes - _headerBytes, piece.Length);
                piece.Span[..take].CopyTo(_header.AsSpan(_headerBytes));
                _headerBytes += take;
                piece = piece[take..];
                if (_headerBytes == HeaderBytes)
                {
                    ReadHeader();
                }

                continue;
            }

            var length = (int)Math.Min(_remaining, (uint)piece.Length);
            var isError = _source == EngineError;
            onChunk(
                isError ? ContainerOutputSource.StandardError : (ContainerOutputSource)_source,
                piece[..length],
                isError);
            _remaining -= (uint)length;
            piece = piece[length..];
        }
    }

    private void ReadHeader()
    {
        if (_header[0] > EngineError || _header[1] != 0 || _header[2] != 0 || _header[3] != 0)
        {
            throw new InvalidDataException(
                $"The output is not multiplexed as expected: frame header {Convert.ToHexString(_header)}.");
        }

        _source = _header[0];
        _remaining = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        _headerBytes = 0;
    }
}
