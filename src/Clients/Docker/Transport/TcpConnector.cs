namespace Drydock.Clients.Docker;

/// <summary>tcp, with mutual TLS unless the endpoint is explicitly insecure.</summary>
internal sealed class TcpConnector(
    string name, string host, int port, TlsHandshake? tls, EndpointPolicy endpoints) : IConnector
{
    // A peer that disappeared (host down, link cut) is detected after idle + interval * probes = 30 s.
    private const int KeepAliveIdleSeconds = 15;
    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 3;

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
            socket.SetSocketOption(
                SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await endpoints.ConnectAsync(socket, host, port, cancellationToken).ConfigureAwait(false);
        }
        catch (EndpointRefusedException e)
        {
            socket.Dispose();
            throw new DockerEndpointException(name, $"endpoint {name}: {e.Message}", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new DockerUnreachableException(
                name,
                $"Docker at {name} (port {port}) cannot be connected to: {Sentences.Close(e.Message)}",
                mayHaveBeenProcessed: false,
                e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        return tls is null ? stream : await tls.SecureAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => tls?.Dispose();
}
