namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>Asks an OMS node whether it is healthy.</summary>
public interface IHealthProbe
{
    /// <summary><c>GET /oms/health</c> on the nginx port (facts §6.3), over HTTP, or HTTPS where the node speaks that.</summary>
    Task<HealthAnswer> AskAsync(string host, int port, CancellationToken cancellationToken);
}
