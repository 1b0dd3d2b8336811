using Drydock.Clients.Docker.Transport;

namespace Drydock.Clients.Docker.Http;

/// <summary>A connection that the engine has given over to a command: bytes both ways, either direction ended by itself.</summary>
internal sealed class UpgradedConnection(HttpClient client, ConnectionStream connection, DockerAnswer answer) : IAsyncDisposable
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>What the command writes, as a stream that throws typed exceptions.</summary>
    public Task<Stream> BodyAsync(CancellationToken cancellationToken) => answer.BodyAsync(cancellationToken);

    /// <summary>Sends a stream and its end. What is not taken there is no failure here: the command's exit code and its words say why.</summary>
    /// <exception cref="IOException">What is to be sent cannot be read.</exception>
    public async Task SendAsync(Stream input, Action<long>? sent, CancellationToken cancellationToken)
    {
        var target = await answer.Response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        var total = 0L;
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (!await IsTakenAsync(target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).AsTask()).ConfigureAwait(false))
            {
                return;
            }

            sent?.Invoke(total += read);
        }

        await IsTakenAsync(connection.CloseWriteAsync()).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        answer.Dispose();
        client.Dispose();
        return connection.DisposeAsync();
    }

    private static async Task<bool> IsTakenAsync(Task writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
            return true;
        }
        catch (IOException)
        {
            // It has ended before it read everything, or the connection broke: whoever reads its output learns which.
            return false;
        }
    }
}
