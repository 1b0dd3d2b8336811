using Drydock.Clients.Snapshots;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>A stream that is read, and something that is in use until it is closed.</summary>
internal sealed class UsedStream(Stream inner, IDisposable use) : ReadOnlyStream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            use.Dispose();
        }

        base.Dispose(disposing);
    }
}
