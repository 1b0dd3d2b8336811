namespace Drydock.Lab.Upgrades;

/// <summary>
/// Fault proxies between the operator and all its targets, with one ledger that numbers the acts in the order in which
/// they were seen.
/// </summary>
public sealed class StageFaults : IAsyncDisposable
{
    private readonly List<DockerFaultProxy> _docker = [];
    private readonly LabRun _run;

    /// <summary>Puts proxies in front of the parts.</summary>
    public StageFaults(LabRun run, ControlPlane controlPlane, IReadOnlyList<DockerHost> hosts, MetaDb metaDb)
    {
        _run = run;
        Kubernetes = new KubeFaultProxy(run, controlPlane, Ledger);
        foreach (var host in hosts)
        {
            AddHost(host);
        }

        MetaDb = new TcpFaultProxy(run, metaDb, Ledger);
    }

    /// <summary>The common ledger.</summary>
    public FaultLedger Ledger { get; } = new();

    /// <summary>In front of the API server.</summary>
    public KubeFaultProxy Kubernetes { get; }

    /// <summary>In front of the Docker hosts.</summary>
    public IReadOnlyList<DockerFaultProxy> Docker => _docker;

    /// <summary>In front of the metadata database.</summary>
    public TcpFaultProxy MetaDb { get; }

    /// <summary>Puts a proxy in front of one more host.</summary>
    public void AddHost(DockerHost host) => _docker.Add(new DockerFaultProxy(_run, host, Ledger));

    /// <summary>The endpoint of a host for the operator.</summary>
    public string DockerEndpoint(int host) => _docker[host].Endpoint;

    /// <summary>Removes all faults and forgets all acts.</summary>
    public void Reset()
    {
        Kubernetes.OnWatchEvent = null;
        Kubernetes.UnpinReads();
        foreach (var proxy in new FaultProxy[] { Kubernetes, MetaDb }.Concat(_docker))
        {
            proxy.Accept();
            proxy.Thaw();
        }

        foreach (var proxy in _docker)
        {
            proxy.PresentsForeignCertificate = false;
            proxy.OnRead = null;
        }

        MetaDb.StopCutting();
        Ledger.Reset();
    }

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
