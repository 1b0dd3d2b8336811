namespace Drydock.Clients.Docker;

/// <summary>Output of which a limited part was kept.</summary>
public sealed record BoundedOutput
{
    /// <summary>The first bytes.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>The last bytes, empty if everything is in <see cref="Head"/>.</summary>
    public ReadOnlyMemory<byte> Tail { get; init; }

    /// <summary>Bytes lost between the two.</summary>
    public long OmittedBytes { get; init; }

    public static BoundedOutput Empty { get; } = new();

    /// <summary>Bytes the command wrote, kept or not.</summary>
    public long TotalBytes => Head.Length + OmittedBytes + Tail.Length;

    public static BoundedOutput FromText(string text) => new() { Head = Encoding.UTF8.GetBytes(text) };

    /// <summary>The kept text as UTF-8, with a line that says how much is missing between head and tail, if
    /// anything.</summary>
    public string Text => OmittedBytes == 0
        ? Encoding.UTF8.GetString([.. Head.Span, .. Tail.Span])
        : string.Concat(
            Encoding.UTF8.GetString(Head.Span),
            $"\n[{OmittedBytes} bytes omitted]\n",
            Encoding.UTF8.GetString(Tail.Span));

    /// <summary>Sizes only, because output may contain secrets.</summary>
    public override string ToString() => $"{TotalBytes} bytes";
}

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

        return new BoundedOutput
        {
            Head = _head.AsMemory(0, _headLength).ToArray(),
            Tail = tail,
            OmittedBytes = _ringTotal - tailLength,
        };
    }
}
