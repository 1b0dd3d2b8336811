namespace Drydock.Clients.Docker;

/// <summary>HTTP over the connections of one endpoint.</summary>
internal sealed class EngineTransport : DelegatingHandler
{
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(60);

    private readonly string _endpoint;
    private readonly IConnector _connector;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;

    public EngineTransport(DockerEndpoint endpoint, DockerClientOptions options, TimeProvider time)
    {
        _endpoint = endpoint.DisplayName;
        _connector = Connector(endpoint, options);
        _time = time;

        // Behind a jump host, two logins follow one another.
        _limit = endpoint.Jump is null ? options.ConnectTimeout : options.ConnectTimeout * 2;
        InnerHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) => await ConnectAsync(context, token).ConfigureAwait(false),
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = IdleConnection,
        };
    }

    /// <summary>What connects to an endpoint, which is validated before anything is connected.</summary>
    internal static IConnector Connector(DockerEndpoint endpoint, DockerClientOptions options)
    {
        var (name, uri) = (endpoint.DisplayName, endpoint.Uri);
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            throw Unusable("a password in the address is not supported. Put keys into a Secret.");
        }

        return uri.Scheme switch
        {
            "unix" or "tcp" => new SocketConnector(endpoint, options.Endpoints),
            "ssh" => new SshConnector(endpoint, endpoint.Ssh ?? throw MissingSsh(), options),
            var other => throw Unusable($"scheme '{other}' is unknown. Write `unix://`, `tcp://` or `ssh://`."),
        };

        DockerEndpointException Unusable(string why) => new($"endpoint {name}: {why}");

        DockerEndpointException MissingSsh() => Unusable(
            $"ssh needs {SshMaterial.PrivateKeyKey} and {SshMaterial.KnownHostsKey} (`ssh-keyscan` prints the latter). "
                + "A host is never trusted on first use.");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _connector.Dispose();
        }
    }

    private async ValueTask<ConnectionStream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(_limit, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            var connection = new ConnectionStream(await _connector.ConnectAsync(linked.Token).ConfigureAwait(false));
            if (context.InitialRequestMessage.Options.TryGetValue(DockerCall.Key, out var call) && call.IsAttached)
            {
                call.Connection = connection;
            }

            return connection;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DockerTimeoutException(
                $"Docker at {_endpoint} could not be connected to within {_limit.TotalSeconds:0.###} s.",
                mayHaveBeenProcessed: false,
                e);
        }
    }
}

/// <summary>Opens byte streams to one engine. It throws only typed exceptions, all of which mean that the engine has
/// received no request yet.</summary>
internal interface IConnector : IDisposable
{
    /// <exception cref="DockerUnreachableException">It cannot be opened;
    /// <see cref="DockerUnreachableException.MayHaveBeenProcessed"/> is false.</exception>
    ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken);
}
