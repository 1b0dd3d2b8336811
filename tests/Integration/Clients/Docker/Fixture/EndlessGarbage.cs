namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>A long stream of bytes that are no archive, made as they are read.</summary>
internal sealed class EndlessGarbage(long total) : ReadOnlyStream
{
    private long _given;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, total - _given);
        buffer.Span[..count].Fill((byte)'x');
        _given += count;
        return ValueTask.FromResult(count);
    }
}
