namespace Drydock.Clients.Docker;

/// <summary>A Unix socket on this machine.</summary>
internal sealed class UnixConnector : IConnector
{
    private readonly string _name;
    private readonly UnixDomainSocketEndPoint _endPoint;

    public UnixConnector(string name, string path)
    {
        _name = name;
        if (path is "" or "/")
        {
            throw new DockerEndpointException(
                name,
                $"endpoint {name}: the path of the socket is missing. "
                    + "Write it, for example `unix:///run/docker.sock`.");
        }

        try
        {
            _endPoint = new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException e)
        {
            throw new DockerEndpointException(name, $"endpoint {name}: the path of the socket is too long.", e);
        }
    }

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(_endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new DockerUnreachableException(
                _name,
                $"Docker at {_name} cannot be connected to: {Sentences.Close(e.Message)}",
                mayHaveBeenProcessed: false,
                e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // Connections belong to their callers.
    }
}
