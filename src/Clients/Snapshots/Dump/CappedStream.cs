namespace Drydock.Clients.Snapshots;

/// <summary>
/// Reads at most so many bytes of another stream: what comes after them is as if it were not there, and is not read.
/// </summary>
/// <param name="inner">The stream; it is closed with this one.</param>
/// <param name="cap">How many bytes.</param>
/// <param name="refuse">Makes what is thrown where there is more; null: nothing is thrown.</param>
internal sealed class CappedStream(Stream inner, long cap, Func<Exception>? refuse = null) : ReadOnlyStream
{
    private long _left = cap;

    /// <summary>Nothing more is read, because the cap is reached.</summary>
    internal bool IsExhausted => _left <= 0;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_left <= 0)
        {
            return refuse is not null && buffer.Length > 0 && inner.Read(buffer[..1]) > 0 ? throw refuse() : 0;
        }

        var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left <= 0)
        {
            return refuse is not null && buffer.Length > 0 && await inner.ReadAsync(buffer[..1], cancellationToken).ConfigureAwait(false) > 0 ? throw refuse() : 0;
        }

        var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
        _left -= read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
