namespace Drydock.Clients.Docker;

/// <summary>Creates clients of real engines.</summary>
public sealed class DockerClientFactory(
    DockerClientOptions? options = null, TimeProvider? timeProvider = null) : IDockerClientFactory
{
    private readonly DockerClientOptions _options = options ?? new DockerClientOptions();
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <inheritdoc/>
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
    /// <summary>
    /// Creates a client, which the caller disposes. The first operation connects.
    /// </summary>
    /// <exception cref="DockerEndpointException">The endpoint cannot be used as it is written: unknown scheme, plain
    /// tcp without <see cref="DockerEndpoint.Insecure"/>, TLS or ssh material missing or unreadable.</exception>
    IDockerClient Create(DockerEndpoint endpoint);
}
