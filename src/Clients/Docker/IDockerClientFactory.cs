namespace Drydock.Clients.Docker;

/// <summary>Makes clients for endpoints. The one seam an in-memory Docker replaces.</summary>
public interface IDockerClientFactory
{
    /// <summary>
    /// Makes a client. Nothing is connected yet: the first operation connects. The caller disposes it.
    /// </summary>
    /// <exception cref="DockerEndpointException">The endpoint cannot be used as it is written: unknown scheme, plain
    /// tcp without <see cref="DockerEndpoint.Insecure"/>, TLS or ssh material missing or unreadable.</exception>
    IDockerClient Create(DockerEndpoint endpoint);
}
