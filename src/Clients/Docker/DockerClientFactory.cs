using Drydock.Clients.Docker.Transport;

namespace Drydock.Clients.Docker;

/// <summary>Makes clients that talk to real engines.</summary>
public sealed class DockerClientFactory(DockerClientOptions? options = null, TimeProvider? timeProvider = null) : IDockerClientFactory
{
    private readonly DockerClientOptions _options = options ?? new DockerClientOptions();
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <inheritdoc/>
    public IDockerClient Create(DockerEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return new DockerClient(endpoint.DisplayName, ConnectorFactory.Create(endpoint, _options), _options, _time);
    }
}
