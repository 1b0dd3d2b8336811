namespace Drydock.Tests.Integration.Docker.Fixture;

/// <summary>A long stream of bytes that are no archive, made as they are read.</summary>
internal sealed class EndlessGarbage(long total) : ReadOnlyStream
{
    public long Total { get; } = total;

    public long Given { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, Total - Given);
        buffer.Span[..count].Fill((byte)'x');
        Given += count;
        return ValueTask.FromResult(count);
    }
}
