using System.Buffers.Binary;

namespace Drydock.Clients.Docker.Http;

/// <summary>
/// Splits the engine's multiplexed output: frames of an 8-byte header (source, three zeros, length as big-endian 32
/// bits) and the payload. Takes pieces cut anywhere; gives payload as it comes, so a frame's size costs no memory.
/// </summary>
internal sealed class MultiplexedFrameParser
{
    private const int HeaderBytes = 8;
    private const byte EngineError = 3;
    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerBytes;
    private uint _remaining;
    private byte _source;

    /// <summary>Whether everything given so far makes whole frames.</summary>
    public bool AtBoundary => _headerBytes == 0 && _remaining == 0;

    /// <summary>Takes the next piece.</summary>
    /// <param name="piece">The bytes; the chunks given refer to them.</param>
    /// <param name="onChunk">Told each piece of payload; <c>isEngineError</c> for text the engine itself puts into the
    /// stream.</param>
    /// <exception cref="InvalidDataException">A header is not one.</exception>
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
            onChunk(isError ? ContainerOutputSource.StandardError : (ContainerOutputSource)_source, piece[..length], isError);
            _remaining -= (uint)length;
            piece = piece[length..];
        }
    }

    private void ReadHeader()
    {
        if (_header[0] > EngineError || _header[1] != 0 || _header[2] != 0 || _header[3] != 0)
        {
            throw new InvalidDataException($"not a frame of multiplexed output: header {Convert.ToHexString(_header)}");
        }

        _source = _header[0];
        _remaining = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        _headerBytes = 0;
    }
}
