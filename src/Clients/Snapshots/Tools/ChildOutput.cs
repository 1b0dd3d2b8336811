namespace Drydock.Clients.Snapshots;

/// <summary>
/// What a child writes to its standard output. Its <see cref="Read(Span{byte})"/> waits in the kernel: a tool writes a
/// few KiB at a time, and an asynchronous read of each costs more than what is done with it. Nothing but the end of the
/// child ends such a read; see <see cref="Kill"/>.
/// </summary>
internal sealed class ChildOutput(ChildProcess child) : ReadOnlyStream
{
    private readonly Stream _pipe = child.StandardOutput;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => _pipe.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _pipe.ReadAsync(buffer, cancellationToken);

    /// <summary>Kills the child: with its end of the pipe a read that waits is over.</summary>
    internal void Kill() => child.Kill();
}
