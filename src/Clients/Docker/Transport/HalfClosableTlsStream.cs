namespace Drydock.Clients.Docker;

/// <summary>A TLS connection whose sending direction can be closed while the other one is read. The framework lets
/// <see cref="SslStream.ShutdownAsync"/> and a read use one OpenSSL session at the same time, which destroys the
/// memory of the process; here a shutdown interrupts the read, which then continues.</summary>
internal sealed class HalfClosableTlsStream(Stream inner) : SslStream(inner, leaveInnerStreamOpen: false)
{
    private readonly SemaphoreSlim _session = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private bool _closed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await _session.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(
                    cancellationToken, _closed ? CancellationToken.None : _closing.Token);
                return await base.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
                when (_closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
            }
            finally
            {
                _session.Release();
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task ShutdownAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _session.WaitAsync().ConfigureAwait(false);
        try
        {
            await base.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (IOException or InvalidOperationException))
        {
            // OpenSSL's own errors, of which some types are not public: the connection had failed before.
            throw new IOException("The TLS connection cannot be closed in one direction.", e);
        }
        finally
        {
            _closed = true;
            _session.Release();
        }
    }
}
