using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Databases;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>
/// The hosts of a spec, as the operator reaches them, up to the ssh client, or the engine of a container: everything
/// that goes there is written down.
/// </summary>
internal sealed class HostBench : IStorages, IServiceHttp
{
    private readonly NotedHosts _noted;
    private readonly BoundDatabaseHosts _hosts;
    private readonly TiDbStorages _storage = new();
    private readonly ManualTimeProvider _time = new();
    private readonly EngineContext _context;

    private HostBench(DatabaseRollingUpgradeSpec spec, DatabaseSecrets secrets)
    {
        var upgrade = SecretsBench.Upgrade(spec);
        _noted = new NotedHosts { HasArchives = spec.Package.Archives.Count > 0 };
        _storage.Objects["tidb.tar.gz"] = new byte[7];
        _hosts = new BoundDatabaseHosts(upgrade, secrets, new DatabaseHostServices(this, null!, _time)
        {
            Clients = (endpoint, material, _) => NotedClient.Ssh(endpoint, material, _noted),
            Containers = (endpoint, container, user) => NotedClient.Container(endpoint, container, user, _noted),
        }, SupportedEngines.All.Of(spec));
        _context = new EngineContext(() => upgrade, secrets, new LeadershipFence(elector: null), (_, _, _, _) => this)
        {
            Hosts = _hosts,
            Kubernetes = null!,
            Storages = this,
            Connections = EndpointPolicy.Default,
            Time = _time,
        };
    }

    private BoundDatabaseHosts Hosts => _hosts;

    /// <summary>Every instance is looked at, stopped, swapped and started.</summary>
    public static Task<string> InstancesAsync(DatabaseRollingUpgradeSpec spec) => AskedAsync(spec, async bench =>
    {
        foreach (var instance in spec.Instances)
        {
            bench._noted.IsRunning = true;
            await bench.TryAsync(async () =>
            {
                var host = bench.Hosts.Instance(instance.Name);
                await host.StopAsync(CancellationToken.None);
                await host.SwapAsync(
                    new InstanceGoal(
                        spec.Package.Directory, HostCases.New, spec.FromVersion, HostCases.Old, "/opt/former"),
                    CancellationToken.None);
                await host.StartAsync(spec.Package.Directory, CancellationToken.None);
            });
        }
    });

    /// <summary>The package is brought to every host.</summary>
    public static Task<string> PackageAsync(DatabaseRollingUpgradeSpec spec) => AskedAsync(spec, async bench =>
    {
        foreach (var host in bench.Hosts.All)
        {
            var request = spec.Engine == DatabaseEngine.TiDB
                ? spec.Package(host)
                : PackageRequests.For(spec, bench.Hosts.ToolHost, host);
            await bench.TryAsync(() => bench.Hosts.Files(host).PreparePackageAsync(request, CancellationToken.None));
        }
    });

    /// <summary>Every service of the monitoring is restarted.</summary>
    public static Task<string> MonitoringAsync(DatabaseRollingUpgradeSpec spec) => AskedAsync(spec, async bench =>
    {
        foreach (var service in spec.Tidb!.Services())
        {
            bench._noted.IsRunning = true;
            await bench.ActAsync(new RestartService(service.Name), service.Host);
        }
    });

    /// <summary>Spark is stopped, gets its JAR, is started and tried.</summary>
    public static Task<string> SparkAsync(DatabaseRollingUpgradeSpec spec) => AskedAsync(spec, async bench =>
    {
        await bench.ActAsync(new StopSpark(), null);
        foreach (var host in spec.Tidb!.TiSpark!.Hosts)
        {
            await bench.ActAsync(new ReplaceSparkJar(""), host);
        }

        await bench.ActAsync(new StartSpark(), null);
        await bench.TryAsync(() =>
        {
            var smoke = bench.Context(new SmokeSpark(), null);
            return bench.Action(smoke).ObserveAsync(smoke, CancellationToken.None);
        });
    });

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        _noted.Asked.Add($"open {JsonSerializer.Serialize(storage, Rolls.Options)}");
        return Task.FromResult<ISnapshotStorage>(_storage);
    }

    public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken)
    {
        _noted.Asked.Add(FormattableString.Invariant($"GET {host}:{port}{path}"));
        return Task.FromResult(
            new ServiceAnswer(200, "application/json", """{"workers":[{"state":"ALIVE","cores":4,"memory":1024}]}"""));
    }

    public Task<ServiceAnswer> SendAsync(
        HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
        throw new NotSupportedException("hosts only");

    public void Dispose()
    {
        // Nothing is held.
    }

    private static async Task<string> AskedAsync(DatabaseRollingUpgradeSpec spec, Func<HostBench, Task> work)
    {
        using var bench = new HostBench(spec, await SecretsBench.ReadAsync(spec));
        await work(bench);
        await bench._hosts.DisposeAsync();
        return string.Join('\n', bench._noted.Asked);
    }

    private IStepAction Action(StepContext context) =>
        new TiDbTargets(_context).Catalog.Action(context.Step.Planned);

    private StepContext Context(IStepAction part, string? node)
    {
        var planned = ((StepBase<TiDbTargets>)part).In(
            DatabaseRollingUpgradePhases.UpgradeMonitoring, node, [], part.GetType().Name);
        var step = new Step(planned, StepRecord.None);
        return new StepContext
        {
            OwnerUid = "1",
            Plan = PlanProgress.Of(new Plan(), [step], []),
            Step = step,
            Time = _time
        };
    }

    private Task ActAsync(IStepAction part, string? node) => TryAsync(async () =>
    {
        var context = Context(part, node);
        await Action(context).PrepareAsync(context, CancellationToken.None);
        await Action(context).ActAsync(context, CancellationToken.None);
    });

    // What is refused is seen as well.
    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (exception is HostException or StepActionException)
        {
            _noted.Asked.Add(exception.Message);
        }
    }
}
