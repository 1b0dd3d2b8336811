using System.Buffers;
using System.Text;

namespace Drydock.Clients.Remote;

/// <summary>Keeps the end of an output of any length.</summary>
public sealed class TailBuffer(int maxBytes)
{
    private ArrayBufferWriter<byte> _kept = new();

    public string Text => Encoding.UTF8.GetString(Tail());

    public void Append(ReadOnlySpan<byte> piece)
    {
        _kept.Write(piece);
        if (_kept.WrittenCount > 2L * maxBytes)
        {
            var tail = new ArrayBufferWriter<byte>(maxBytes);
            tail.Write(Tail());
            _kept = tail;
        }
    }

    private ReadOnlySpan<byte> Tail() => _kept.WrittenSpan[Math.Max(0, _kept.WrittenCount - maxBytes)..];
}
