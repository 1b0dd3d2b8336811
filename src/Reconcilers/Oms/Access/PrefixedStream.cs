namespace Drydock.Reconcilers.Oms;

/// <summary>A stream whose first bytes were already read.</summary>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _prefix = prefix;

    public override int Read(byte[] buffer, int offset, int count) =>
        Take(buffer.AsSpan(offset, count)) is var taken and > 0 ? taken : rest.Read(buffer, offset, count);

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Take(buffer.Span) is var taken and > 0 ? taken : await rest.ReadAsync(buffer, cancellationToken);

    private int Take(Span<byte> into)
    {
        var count = Math.Min(into.Length, _prefix.Length);
        _prefix.Span[..count].CopyTo(into);
        _prefix = _prefix[count..];
        return count;
    }
}
