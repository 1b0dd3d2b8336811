using Docker.DotNet.Handler.Abstractions;

namespace Drydock.Clients.Docker;

/// <summary>A connection on which a failed write of an upload does not hide the answer (see
/// <see cref="UploadStream.WriteFailure"/>).</summary>
internal sealed class ConnectionStream(Stream inner) : WriteClosableStream
{
    private bool _writesLost;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override bool CanCloseWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_writesLost)
        {
            return;
        }

        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (DockerCall.Current?.Upload is not null)
        {
            Note(e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_writesLost)
        {
            return;
        }

        try
        {
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (DockerCall.Current?.Upload is not null)
        {
            Note(e);
        }
    }

    public async Task CloseWriteAsync()
    {
        switch (inner)
        {
            case SslStream tls:
                // close_notify: the engine treats it as the end of the input, as it does with the docker client.
                await tls.ShutdownAsync().ConfigureAwait(false);
                break;
            case NetworkStream network:
                Shutdown(network.Socket);
                break;
            case ProcessStream process:
                await process.CloseInputAsync().ConfigureAwait(false);
                break;
            default:
                throw new NotSupportedException($"A {inner.GetType().Name} cannot be closed in one direction.");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    // The package's way to close one direction blocks.
    public override void CloseWrite() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void Shutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    // After one lost write no later one may arrive, or the engine would take the rest for the whole.
    private void Note(IOException failure)
    {
        _writesLost = true;
        DockerCall.Current!.Upload!.WriteFailure = failure;
    }
}
