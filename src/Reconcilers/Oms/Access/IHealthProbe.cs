namespace Drydock.Reconcilers.Oms;

/// <summary>Asks an OMS node whether it is healthy.</summary>
internal interface IHealthProbe
{
    /// <summary>Asks the health endpoint on the nginx port (docs/research/oms.md#console-api).</summary>
    /// <param name="host">The node's address.</param>
    /// <param name="port">nginx_server_port.</param>
    /// <param name="https">Whether the node serves HTTPS (a mounted certificate). Whose certificate it is does not
    /// matter: no secret is sent or received.</param>
    /// <param name="path">The path of the endpoint.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<HealthAnswer> AskAsync(string host, int port, bool https, string path, CancellationToken cancellationToken);
}

/// <summary>What a node said of its health.</summary>
/// <param name="State">The verdict.</param>
/// <param name="Message">What was answered, or why nothing was.</param>
internal sealed record HealthAnswer(HealthState State, string Message);

/// <summary>Health of a node.</summary>
internal enum HealthState
{
    /// <summary>It says it is healthy.</summary>
    Healthy,

    /// <summary>It answers and is not healthy (yet).</summary>
    Unhealthy,

    /// <summary>It answers and has no such endpoint.</summary>
    NoEndpoint,

    /// <summary>It does not answer.</summary>
    Unreachable,
}
