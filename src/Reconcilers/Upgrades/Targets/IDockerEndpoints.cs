namespace Drydock.Reconcilers.Upgrades;

/// <summary>Hands out dockerd clients, one for each endpoint and set of credentials, shared by all that ask for the
/// same.</summary>
internal interface IDockerEndpoints
{
    /// <summary>The client of an endpoint.</summary>
    /// <exception cref="DockerEndpointException">The endpoint is unusable: unknown scheme, or TLS material missing or
    /// extra.</exception>
    IDockerClient Get(DockerEndpoint endpoint);
}
