namespace Drydock.Clients.Docker;

/// <summary>Creates clients of real engines.</summary>
public sealed class DockerClientFactory(
    DockerClientOptions? options = null, TimeProvider? timeProvider = null) : IDockerClientFactory
{
    private readonly DockerClientOptions _options = options ?? new DockerClientOptions();
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    public IDockerClient Create(DockerEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var connector = ConnectorFactory.Create(endpoint, _options);

        // Behind a jump host, two logins follow one another.
        var limits = endpoint.Jump is null
            ? _options
            : _options with { ConnectTimeout = _options.ConnectTimeout * 2 };
        return new DockerClient(endpoint.DisplayName, connector, limits, _time);
    }
}

/// <summary>Creates clients for endpoints. An in-memory Docker replaces this interface.</summary>
public interface IDockerClientFactory
{
    /// <summary>Creates a client, which the caller disposes. The first operation connects.</summary>
    /// <exception cref="DockerEndpointException">The endpoint cannot be used as it is written: unknown scheme, plain
    /// tcp without <see cref="DockerEndpoint.Insecure"/>, TLS or ssh material missing or unreadable.</exception>
    IDockerClient Create(DockerEndpoint endpoint);
}

/// <summary>A client for one engine. <see cref="DockerClientFactory"/> creates it.</summary>
public sealed class DockerClient : IDockerClient
{
    private readonly DockerApi _api;

    internal DockerClient(string endpointName, IConnector connector, DockerClientOptions options, TimeProvider time)
    {
        _api = new DockerApi(endpointName, connector, options, time);
        Containers = new ContainerOperations(_api);
        Exec = new ExecOperations(_api);
        Images = new ImageOperations(_api);
        System = new SystemOperations(_api);
    }

    public string EndpointName => _api.EndpointName;

    public IContainerOperations Containers { get; }

    public IExecOperations Exec { get; }

    public IImageOperations Images { get; }

    public ISystemOperations System { get; }

    public ValueTask DisposeAsync()
    {
        _api.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Time limits and retries of a client. Streams have no total limit; a silent one is checked by a ping
/// instead.</summary>
public sealed record DockerClientOptions
{
    /// <summary>Limit for opening a connection (tcp, TLS handshake, or the ssh login); twice as long through a jump
    /// host.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for one short call. Stopping a container adds its grace to it.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the engine is pinged on another connection while a call without limit is under way (events,
    /// pull, load, attached exec). A failed ping ends the call with <see cref="DockerUnreachableException"/>.</summary>
    public TimeSpan StreamIdleProbe { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a failed idempotent read is repeated (0: never). Only reads are repeated, only after
    /// transient failures.</summary>
    public int ReadRetries { get; init; } = 2;

    public TimeSpan ReadRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The OpenSSH client, found over PATH unless it is a path.</summary>
    public string SshProgram { get; init; } = "ssh";

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
