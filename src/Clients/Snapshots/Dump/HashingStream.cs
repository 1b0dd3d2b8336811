namespace Drydock.Clients.Snapshots;

/// <summary>Counts and hashes (SHA-256) the bytes passing through, in either direction. Closing it closes the inner
/// stream unless that is left open.</summary>
public sealed class HashingStream(Stream inner, bool leaveOpen = false) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string? _sum;

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public long Bytes { get; private set; }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Add(buffer.AsSpan(offset, read));
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Add(buffer.Span[..read]);
        return read;
    }

    // Asynchronous only, like the streams of a storage.
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken);
        Add(buffer.Span);
    }

    /// <summary>SHA-256 of all bytes, lower-case hex. No bytes may pass afterwards; the value remains available after
    /// the stream is closed.</summary>
    public string FinishHash() => _sum ??= Convert.ToHexStringLower(_hash.GetHashAndReset());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // The code that closes it (an HTTP client, for example) is not the code that needs the hash.
            _ = FinishHash();
            _hash.Dispose();
            if (!leaveOpen)
            {
                inner.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private void Add(ReadOnlySpan<byte> data)
    {
        _hash.AppendData(data);
        Bytes += data.Length;
    }
}

/// <summary>Reads at most a given number of bytes of another stream and hides the rest, which is not read.</summary>
/// <param name="inner">The stream; it is closed with this one.</param>
/// <param name="refuse">Creates the exception to throw if there are more bytes; null: no exception.</param>
internal sealed class LimitedStream(Stream inner, long cap, Func<Exception>? refuse = null) : ReadOnlyStream
{
    private long _left = cap;

    protected override IDisposable Owned => inner;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left <= 0)
        {
            return refuse is not null
                && buffer.Length > 0
                && await inner.ReadAsync(buffer[..1], cancellationToken) > 0
                ? throw refuse()
                : 0;
        }

        var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }
}
