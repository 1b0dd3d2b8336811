namespace Drydock.Clients.Docker;

/// <summary>A Unix socket on this machine, or tcp, with mutual TLS unless the endpoint is explicitly
/// insecure.</summary>
internal sealed class SocketConnector : IConnector
{
    // A peer that disappeared (host down, link cut) is detected after idle + interval * probes = 30 s.
    private const int KeepAliveIdleSeconds = 15;
    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 3;

    private readonly string _name;
    private readonly UnixDomainSocketEndPoint? _unix;
    private readonly EndpointPolicy _endpoints;
    private readonly string _host;
    private readonly int _port;
    private readonly TlsHandshake? _tls;

    public SocketConnector(DockerEndpoint endpoint, EndpointPolicy endpoints)
    {
        (_name, _endpoints) = (endpoint.DisplayName, endpoints);
        (_host, _port) = (endpoint.Uri.IdnHost, endpoint.Uri.Port);
        if (endpoint.Uri.Scheme == "unix")
        {
            _unix = Unix(Uri.UnescapeDataString(endpoint.Uri.AbsolutePath));
            return;
        }

        if (_host.Length == 0 || endpoint.Uri.UserInfo.Length > 0 || endpoint.Uri.AbsolutePath is not ("/" or ""))
        {
            throw Unusable("a tcp endpoint has no user and no path. Write `tcp://host:port`.");
        }

        if (endpoint.Tls is null && !endpoint.Insecure)
        {
            throw Unusable(
                "tcp without TLS gives everybody on the network root on that host. "
                    + "Set TLS material (ca.crt, tls.crt, tls.key), or `insecure: true` if this is intended.");
        }

        if (endpoint.Tls is not null && endpoint.Insecure)
        {
            throw Unusable("TLS material and `insecure: true` contradict each other. Remove one of them.");
        }

        // The defaults of the docker client: 2376 with TLS, 2375 without.
        _port = _port > 0 ? _port : endpoint.Tls is null ? 2375 : 2376;
        _tls = endpoint.Tls is null ? null : new TlsHandshake(_name, _host, endpoint.Tls);
    }

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = _unix is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (_unix is null)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
                socket.SetSocketOption(
                    SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
                await _endpoints.ConnectAsync(socket, _host, _port, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await socket.ConnectAsync(_unix, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            socket.Dispose();
            switch (e)
            {
                case EndpointRefusedException:
                    throw Unusable(e.Message, e);
                case SocketException:
                    var where = _unix is null ? $"{_name} (port {_port})" : _name;
                    throw new DockerUnreachableException(
                        $"Docker at {where} cannot be connected to: {Sentences.Close(e.Message)}",
                        mayHaveBeenProcessed: false,
                        e);
                default:
                    throw;
            }
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        return _tls is null ? stream : await _tls.SecureAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _tls?.Dispose();

    private UnixDomainSocketEndPoint Unix(string path)
    {
        try
        {
            _endpoints.EnsureUnixSocket($"endpoint {_name}");
            return path is "" or "/"
                ? throw Unusable("the path of the socket is missing. Write it, for example `unix:///run/docker.sock`.")
                : new UnixDomainSocketEndPoint(path);
        }
        catch (EndpointRefusedException e)
        {
            throw new DockerEndpointException(e.Message, e);
        }
        catch (ArgumentException e)
        {
            throw Unusable("the path of the socket is too long.", e);
        }
    }

    private DockerEndpointException Unusable(string why, Exception? cause = null) =>
        new($"endpoint {_name}: {why}", cause);
}
