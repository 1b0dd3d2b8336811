using Docker.DotNet.Handler.Abstractions;

namespace Drydock.Clients.Docker;

/// <summary>A connection of its own that the engine hands over to a command: bidirectional, and each direction can be
/// closed separately.</summary>
internal sealed class AttachedConnection : IAsyncDisposable
{
    private HttpMessageInvoker? _invoker;
    private ConnectionStream? _connection;
    private Stream? _stream;

    /// <summary>Sends the request over a new connection: the only way to know which one carries the answer.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        Func<Func<CancellationToken, ValueTask<ConnectionStream>>, HttpMessageHandler> transport,
        Func<CancellationToken, ValueTask<ConnectionStream>> connect,
        CancellationToken cancellationToken)
    {
        _invoker = new HttpMessageInvoker(transport(
            async token => _connection = await connect(token).ConfigureAwait(false)));
        return await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public Stream Take(Stream stream) => _stream = stream;

    /// <summary>Sends a stream and then closes that direction. Input that the command does not read is not a failure;
    /// its exit code and output say why.</summary>
    /// <exception cref="IOException">The data to send cannot be read.</exception>
    public async Task FeedAsync(Stream input, Action<long>? sent, CancellationToken cancellationToken)
    {
        if (!await RemoteInput.SendAsync(input, _stream!, sent, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await _connection!.CloseWriteAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The command has ended already, or the connection broke; the reader of the output learns which.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _invoker?.Dispose();
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>The output of a command, as the package reads it.</summary>
internal sealed class HijackedStream(Stream inner) : WriteClosableStream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

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

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void CloseWrite() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
