namespace Drydock.Lab;

/// <summary>
/// A fault proxy in front of a <see cref="DockerHost"/>. It uses mutual TLS on both sides with certificates of the
/// run's authority, so clients use it with the host's client credentials.
/// </summary>
public sealed class DockerFaultProxy : HttpFaultProxy
{
    public DockerFaultProxy(LabRun run, DockerHost host, FaultLedger? ledger = null)
        : base(run, "docker-" + host.Name, ledger, host.Address, DockerHost.Port, host.Client)
    {
    }

    /// <summary>The value of DOCKER_HOST.</summary>
    public string Endpoint => FormattableString.Invariant($"tcp://{Address}:{Port}");

    // wait, attach, resize and the sessions of the build client change nothing on the host.
    private protected override bool DefaultIsAct(string method, string path) =>
        method is not ("GET" or "HEAD" or "OPTIONS")
        && !path.EndsWith("/wait", StringComparison.Ordinal)
        && !path.EndsWith("/attach", StringComparison.Ordinal)
        && !path.EndsWith("/resize", StringComparison.Ordinal)
        && !path.EndsWith("/session", StringComparison.Ordinal)
        && !path.EndsWith("/grpc", StringComparison.Ordinal);
}
