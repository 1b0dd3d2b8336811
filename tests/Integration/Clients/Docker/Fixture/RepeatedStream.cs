namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>Bytes again and again, from an offset up to a length: a large file that needs no room.</summary>
internal sealed class RepeatedStream(byte[] content, long offset, long length) : ReadOnlyStream
{
    private long _at = offset;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var from = (int)(_at % content.Length);
        var take = (int)Math.Min(Math.Min(buffer.Length, content.Length - from), length - _at);
        content.AsSpan(from, take).CopyTo(buffer.Span);
        _at += take;
        return ValueTask.FromResult(take);
    }
}
