using Drydock.Clients.Docker.Transport;
using Drydock.Clients.Remote;

namespace Drydock.Clients.Docker.Http;

/// <summary>
/// A connection that the engine has given over to a command: bytes both ways, either direction ended by itself.
/// </summary>
internal sealed class UpgradedConnection(HttpClient client, ConnectionStream connection, DockerAnswer answer) : IAsyncDisposable
{
    /// <summary>What the command writes, as a stream that throws typed exceptions.</summary>
    public Task<Stream> BodyAsync(CancellationToken cancellationToken) => answer.BodyAsync(cancellationToken);

    /// <summary>
    /// Sends a stream and its end. What is not taken there is no failure here: the command's exit code and its words
    /// say why.
    /// </summary>
    /// <exception cref="IOException">What is to be sent cannot be read.</exception>
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
            // It has ended already, or the connection broke: whoever reads its output learns which.
        }
    }

    public ValueTask DisposeAsync()
    {
        answer.Dispose();
        client.Dispose();
        return connection.DisposeAsync();
    }
}
