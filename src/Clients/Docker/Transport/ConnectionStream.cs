using Docker.DotNet.Handler.Abstractions;

namespace Drydock.Clients.Docker;

/// <summary>A connection on which a failed write of an upload does not hide the answer (see
/// <see cref="UploadStream.WriteFailure"/>).</summary>
internal sealed class ConnectionStream(Stream inner) : ReadOnlyStream
{
    private bool _writesLost;

    public override bool CanWrite => true;

    protected override IDisposable Owned => inner;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        SendAsync(() => inner.WriteAsync(buffer, cancellationToken));

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        SendAsync(() => new ValueTask(inner.FlushAsync(cancellationToken))).AsTask();

    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public async Task CloseWriteAsync()
    {
        switch (inner)
        {
            case SslStream tls:
                // close_notify: the engine treats it as the end of the input, as it does with the docker client.
                await tls.ShutdownAsync().ConfigureAwait(false);
                break;
            case NetworkStream network:
                network.Socket.Shutdown(SocketShutdown.Send);
                break;
            case ProcessStream process:
                await process.CloseInputAsync().ConfigureAwait(false);
                break;
            case WriteClosableStream { CanCloseWrite: true } closable:
                closable.CloseWrite();
                break;
            default:
                throw new NotSupportedException($"A {inner.GetType().Name} cannot be closed in one direction.");
        }
    }

    // After one lost write no later one may arrive, or the engine would take the rest for the whole.
    private async ValueTask SendAsync(Func<ValueTask> send)
    {
        try
        {
            if (!_writesLost)
            {
                await send().ConfigureAwait(false);
            }
        }
        catch (IOException e) when (DockerCall.Current?.Upload is { } upload)
        {
            _writesLost = true;
            upload.WriteFailure = e;
        }
    }
}
