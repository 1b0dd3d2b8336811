namespace Drydock.Reconcilers.Oms;

/// <summary>Asks an OMS node whether it is healthy.</summary>
internal interface IHealthProbe
{
    /// <summary><c>GET /oms/health</c> on the nginx port (docs/research/oms.md#console-api).</summary>
    /// <param name="host">The node's address.</param>
    /// <param name="port">nginx_server_port.</param>
    /// <param name="https">Whether the node serves HTTPS (a mounted certificate). Whose certificate it is does not
    /// matter: nothing secret is asked or told.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<HealthAnswer> AskAsync(string host, int port, bool https, CancellationToken cancellationToken);
}
