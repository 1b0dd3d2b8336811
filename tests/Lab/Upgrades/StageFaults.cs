namespace Drydock.Lab.Upgrades;

/// <summary>Fault proxies between the operator and everything it touches, with one ledger: acts are numbered in the order in which they were seen.</summary>
public sealed class StageFaults : IAsyncDisposable
{
    private readonly List<DockerFaultProxy> _docker;

    /// <summary>Puts proxies before the parts.</summary>
    public StageFaults(LabRun run, ControlPlane controlPlane, IReadOnlyList<DockerHost> hosts, MetaDb metaDb)
    {
        Kubernetes = new KubeFaultProxy(run, controlPlane, Ledger);
        _docker = [.. hosts.Select(h => new DockerFaultProxy(run, h, Ledger))];
        MetaDb = new TcpFaultProxy(run, metaDb, Ledger);
    }

    /// <summary>The common ledger.</summary>
    public FaultLedger Ledger { get; } = new();

    /// <summary>Before the API server.</summary>
    public KubeFaultProxy Kubernetes { get; }

    /// <summary>Before the Docker hosts.</summary>
    public IReadOnlyList<DockerFaultProxy> Docker => _docker;

    /// <summary>Before the metadata database.</summary>
    public TcpFaultProxy MetaDb { get; }

    /// <summary>The endpoint of a host as the operator is told.</summary>
    public string DockerEndpoint(int host) => _docker[host].Endpoint;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Kubernetes.DisposeAsync();
        foreach (var proxy in _docker)
        {
            await proxy.DisposeAsync();
        }

        await MetaDb.DisposeAsync();
    }
}
