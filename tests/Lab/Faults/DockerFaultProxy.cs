namespace Drydock.Lab;

/// <summary>
/// A fault proxy before a <see cref="DockerHost"/>: mutual TLS on both sides with certificates of the run's authority,
/// so that clients use it with the host's own client credentials.
/// </summary>
public sealed class DockerFaultProxy : HttpFaultProxy
{
    /// <summary>Starts a proxy before a host.</summary>
    /// <param name="run">The run.</param>
    /// <param name="host">The host.</param>
    /// <param name="ledger">A ledger to share with other proxies; by default one of its own.</param>
    public DockerFaultProxy(LabRun run, DockerHost host, FaultLedger? ledger = null)
        : base(run, "docker-" + host.Name, ledger, host.Address, DockerHost.Port, host.Client)
    {
    }

    /// <summary>What goes into DOCKER_HOST.</summary>
    public string Endpoint => FormattableString.Invariant($"tcp://{Address}:{Port}");

    // wait, attach, resize and the sessions of the build client change nothing.
    private protected override bool DefaultIsAct(string method, string path) =>
        method is not ("GET" or "HEAD" or "OPTIONS")
        && !path.EndsWith("/wait", StringComparison.Ordinal)
        && !path.EndsWith("/attach", StringComparison.Ordinal)
        && !path.EndsWith("/resize", StringComparison.Ordinal)
        && !path.EndsWith("/session", StringComparison.Ordinal)
        && !path.EndsWith("/grpc", StringComparison.Ordinal);
}
