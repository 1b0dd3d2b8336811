namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>A stream that cannot be read beyond a point.</summary>
internal sealed class BreakingStream(byte[] content, int breakAt) : ReadOnlyStream
{
    public const string Reason = "the storage went away";
    private int _at;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(buffer.Length, breakAt - _at);
        if (count == 0)
        {
            throw new IOException(Reason);
        }

        content.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return ValueTask.FromResult(count);
    }
}
