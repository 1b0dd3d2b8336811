using Drydock.Clients.Snapshots;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>A stream that is read, and something that is in use until it is closed.</summary>
internal sealed class UsedStream(Stream inner, IDisposable use) : ReadOnlyStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

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
