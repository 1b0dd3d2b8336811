namespace Drydock.Clients.Docker;

/// <summary>Chooses the connector of an endpoint and validates the endpoint before anything is connected.</summary>
internal static class ConnectorFactory
{
    public static IConnector Create(DockerEndpoint endpoint, DockerClientOptions options)
    {
        var name = endpoint.DisplayName;
        var uri = endpoint.Uri;
        if (!uri.IsAbsoluteUri)
        {
            throw new DockerEndpointException(
                name,
                "endpoint: not an absolute address. "
                    + "Write `unix:///path`, `tcp://host:2376` or `ssh://user@host[:port]`.");
        }

        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            throw new DockerEndpointException(
                name, $"endpoint {name}: a password in the address is not supported. Put keys into a Secret.");
        }

        return uri.Scheme switch
        {
            "unix" => Unix(name, Uri.UnescapeDataString(uri.AbsolutePath), options.Endpoints),
            "tcp" => Tcp(endpoint, name, options.Endpoints),
            "ssh" => new SshConnector(endpoint, endpoint.Ssh ?? throw MissingSsh(name), options),
            var other =>
                throw new DockerEndpointException(
                    name, $"endpoint {name}: scheme '{other}' is unknown. Write `unix://`, `tcp://` or `ssh://`."),
        };
    }

    private static UnixConnector Unix(string name, string path, EndpointPolicy endpoints)
    {
        try
        {
            endpoints.EnsureUnixSocket($"endpoint {name}");
        }
        catch (EndpointRefusedException e)
        {
            throw new DockerEndpointException(name, e.Message, e);
        }

        return new UnixConnector(name, path);
    }

    private static TcpConnector Tcp(DockerEndpoint endpoint, string name, EndpointPolicy endpoints)
    {
        if (endpoint.Uri.Host.Length == 0
            || endpoint.Uri.UserInfo.Length > 0
            || endpoint.Uri.AbsolutePath is not ("/" or ""))
        {
            throw new DockerEndpointException(
                name, $"endpoint {name}: a tcp endpoint has no user and no path. Write `tcp://host:port`.");
        }

        if (endpoint.Tls is null && !endpoint.Insecure)
        {
            throw new DockerEndpointException(
                name,
                $"endpoint {name}: tcp without TLS gives everybody on the network root on that host. "
                    + "Set TLS material (ca.crt, tls.crt, tls.key), or `insecure: true` if this is intended.");
        }

        if (endpoint.Tls is not null && endpoint.Insecure)
        {
            throw new DockerEndpointException(
                name, $"endpoint {name}: TLS material and `insecure: true` contradict each other. Remove one of them.");
        }

        // The defaults of the docker client: 2376 with TLS, 2375 without.
        var port = endpoint.Uri.Port > 0 ? endpoint.Uri.Port : endpoint.Tls is null ? 2375 : 2376;
        return new TcpConnector(
            name,
            endpoint.Uri.IdnHost,
            port,
            endpoint.Tls is null ? null : new TlsHandshake(name, endpoint.Uri.IdnHost, endpoint.Tls),
            endpoints);
    }

    private static DockerEndpointException MissingSsh(string name) => new(
        name,
        $"endpoint {name}: ssh needs {SshMaterial.PrivateKeyKey} and {SshMaterial.KnownHostsKey} (`ssh-keyscan` prints "
            + "the latter). A host is never trusted on first use.");
}

/// <summary>Opens byte streams to one engine. It throws only typed exceptions, all of which mean that the engine has
/// received no request yet.</summary>
internal interface IConnector : IDisposable
{
    /// <summary>Opens one stream.</summary>
    /// <exception cref="DockerUnreachableException">It cannot be opened;
    /// <see cref="DockerUnreachableException.MayHaveBeenProcessed"/> is false.</exception>
    ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken);
}
