using System.Net.Sockets;

namespace Drydock.Clients.Docker.Transport;

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
            throw new DockerEndpointException(name, $"endpoint {name}: write the socket's path: unix:///run/docker.sock");
        }

        try
        {
            _endPoint = new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException e)
        {
            throw new DockerEndpointException(name, $"endpoint {name}: the socket's path is longer than a socket's path may be", e);
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
            throw new DockerUnreachableException(_name, $"cannot connect to {_name}: {e.Message}", mayHaveBeenProcessed: false, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // Connections belong to whoever opened them.
    }
}
