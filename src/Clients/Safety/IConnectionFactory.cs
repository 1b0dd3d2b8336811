namespace Drydock.Clients.Safety;

/// <summary>Opens connections to addresses from manifests: directly, or through a host.</summary>
public interface IConnectionFactory
{
    /// <param name="host">Name or address; an IPv6 address with or without brackets.</param>
    /// <exception cref="EndpointRefusedException">The address is refused.</exception>
    /// <exception cref="SocketException">The host cannot be resolved or connected to.</exception>
    /// <exception cref="IOException">The connection on the way to it failed.</exception>
    Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken);
}
