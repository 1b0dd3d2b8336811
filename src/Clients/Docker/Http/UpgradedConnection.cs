namespace Drydock.Clients.Docker;

/// <summary>A connection that the engine has handed over to a command: bidirectional, and each direction can be closed
/// separately.</summary>
internal sealed class UpgradedConnection(
    HttpClient client, ConnectionStream connection, DockerResponse answer) : IAsyncDisposable
{
    /// <summary>The command's output, as a stream that throws typed exceptions.</summary>
    public Task<Stream> BodyAsync(CancellationToken cancellationToken) => answer.BodyAsync(cancellationToken);

    /// <summary>Sends a stream and then closes that direction. Input that the command does not read is not a failure;
    /// its exit code and output say why.</summary>
    /// <exception cref="IOException">The data to send cannot be read.</exception>
    public async Task SendAsync(Stream input, Action<long>? sent, CancellationToken cancellationToken)
    {
        var target = await answer.Response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (!await RemoteInput.SendAsync(input, target, sent, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await connection.CloseWriteAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The command has ended already, or the connection broke; the reader of the output learns which.
        }
    }

    public ValueTask DisposeAsync()
    {
        answer.Dispose();
        client.Dispose();
        return connection.DisposeAsync();
    }
}
