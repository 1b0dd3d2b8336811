namespace Drydock.Lab;

/// <summary>
/// The real parts that the tests of one assembly share: one control plane, one CRD server, two Docker hosts, one
/// metadata database, one S3 server. Each is started when a test first asks for it. Use it as an assembly fixture:
/// <c>[assembly: AssemblyFixture(typeof(LabFixture))]</c>, then take it as a constructor parameter.
/// </summary>
/// <remarks>
/// Tests run side by side on the same parts: give everything a name from <see cref="UniqueName"/>, and do not kill,
/// freeze or cut off a shared part; a test that breaks things starts parts of its own in the shared
/// <see cref="RunAsync"/> (a host takes half a second, a database a third) or puts a fault proxy of its own before the
/// shared ones.
/// </remarks>
public sealed class LabFixture : IAsyncDisposable
{
    private readonly Lazy<Task<LabRun>> _run = new(() => LabRun.StartAsync());
    private readonly Lazy<Task<ControlPlane>> _controlPlane;
    private readonly Lazy<Task<ModernCrdServer>> _crdServer;
    private readonly Lazy<Task<IReadOnlyList<DockerHost>>> _hosts;
    private readonly Lazy<Task<MetaDb>> _metaDb;
    private readonly Lazy<Task<S3Server>> _s3;

    public LabFixture()
    {
        _controlPlane = new(async () => await ControlPlane.StartAsync(await RunAsync()));
        _crdServer = new(async () => await ModernCrdServer.StartAsync(await RunAsync(), await ControlPlaneAsync()));
        _hosts = new(StartHostsAsync);
        _metaDb = new(async () => await MetaDb.StartAsync(await RunAsync()));
        _s3 = new(async () => await S3Server.StartAsync(await RunAsync()));
    }

    /// <summary>The run of all shared parts.</summary>
    public Task<LabRun> RunAsync() => _run.Value;

    public Task<ControlPlane> ControlPlaneAsync() => _controlPlane.Value;

    /// <summary>The current CRD server next to the control plane.</summary>
    public Task<ModernCrdServer> CrdServerAsync() => _crdServer.Value;

    /// <summary>Two Docker hosts, <c>oms-a</c> and <c>oms-b</c>, with the busybox image loaded.</summary>
    public Task<IReadOnlyList<DockerHost>> HostsAsync() => _hosts.Value;

    public Task<MetaDb> MetaDbAsync() => _metaDb.Value;

    /// <summary>The S3 server.</summary>
    public Task<S3Server> S3ServerAsync() => _s3.Value;

    /// <summary>
    /// A name that no other test uses: the prefix, a hyphen and six characters. It is valid in Kubernetes, Docker and
    /// (without the hyphen) databases.
    /// </summary>
    public static string UniqueName(string prefix) =>
        $"{prefix}-{RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 6)}";

    /// <summary>Makes a Kubernetes namespace for one test.</summary>
    /// <returns>Name of the namespace.</returns>
    public async Task<string> NewNamespaceAsync(string prefix = "test")
    {
        var name = UniqueName(prefix);
        await (await ControlPlaneAsync()).KubectlAsync(["create", "namespace", name]);
        return name;
    }

    /// <summary>Ends and removes all parts.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_run.IsValueCreated)
        {
            await (await _run.Value).DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<DockerHost>> StartHostsAsync()
    {
        var run = await RunAsync();
        return await Task.WhenAll(new[] { "oms-a", "oms-b" }.Select(async name =>
        {
            var host = await DockerHost.StartAsync(run, name);
            await host.LoadBusyboxAsync();
            return host;
        }));
    }
}
