namespace Drydock.Clients.Docker.Http;

/// <summary>Keeps the first and the last bytes of an output of any length.</summary>
internal sealed class BoundedBuffer
{
    private readonly byte[] _head;
    private readonly byte[] _ring;
    private int _headLength;
    private long _ringTotal;

    public BoundedBuffer(int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        _head = new byte[maxBytes - (maxBytes / 2)];
        _ring = new byte[maxBytes / 2];
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        var toHead = Math.Min(_head.Length - _headLength, data.Length);
        data[..toHead].CopyTo(_head.AsSpan(_headLength));
        _headLength += toHead;
        data = data[toHead..];
        if (data.IsEmpty)
        {
            return;
        }

        var skipped = Math.Max(0, data.Length - _ring.Length);
        _ringTotal += skipped;
        data = data[skipped..];
        while (!data.IsEmpty)
        {
            var at = (int)(_ringTotal % _ring.Length);
            var take = Math.Min(_ring.Length - at, data.Length);
            data[..take].CopyTo(_ring.AsSpan(at));
            _ringTotal += take;
            data = data[take..];
        }
    }

    public BoundedOutput ToOutput()
    {
        var tailLength = (int)Math.Min(_ringTotal, _ring.Length);
        var tail = new byte[tailLength];
        for (var i = 0; i < tailLength; i++)
        {
            tail[i] = _ring[(int)((_ringTotal - tailLength + i) % _ring.Length)];
        }

        return new BoundedOutput { Head = _head.AsMemory(0, _headLength).ToArray(), Tail = tail, OmittedBytes = _ringTotal - tailLength };
    }
}
