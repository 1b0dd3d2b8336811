namespace Drydock.Clients.Docker;

/// <summary>A connection of its own that the engine hands over to a command: bidirectional, and each direction can be
/// closed separately.</summary>
internal sealed class AttachedConnection : IAsyncDisposable
{
    private HttpMessageInvoker? _invoker;
    private ConnectionStream? _connection;
    private ConnectionStream? _stream;

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

    /// <summary>What the connection carries from now on.</summary>
    public ConnectionStream Take(Stream stream) => _stream = new ConnectionStream(stream);

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
