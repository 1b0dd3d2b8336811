namespace Drydock.Clients.Remote;

/// <summary>Keeps the end of an output of any length.</summary>
public sealed class TailBuffer(int maxBytes)
{
    private ArrayBufferWriter<byte> _kept = new();
    private long _all;

    /// <summary>How many bytes before the end are not in <see cref="Text"/>.</summary>
    public long Omitted => Math.Max(0, _all - maxBytes);

    public string Text => Encoding.UTF8.GetString(Tail());

    public void Append(ReadOnlySpan<byte> piece)
    {
        _all += piece.Length;
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
