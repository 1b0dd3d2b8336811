using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Safety;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The hosts and processes of one upgrade, bound to its spec and Secrets as they are now.</summary>
internal sealed class DatabaseRunTargets
    : IRunTargets<DatabaseRollingUpgrade, DatabaseRollingUpgradeStatus>, IEngineContext
{
    private readonly DatabaseServices _services;
    private readonly IDatabaseEngine _kind;
    private readonly Action _onEvent;
    private readonly Redactor _redactor;
    private readonly Lazy<IServiceHttp> _http;
    private readonly Lazy<IServiceHttp> _plain;
    private readonly List<IServiceHttp> _others = [];
    private readonly IEngineTargets _engine;
    private readonly ChangedTopology _topology;
    private volatile DatabaseRollingUpgrade _stored;
    private volatile DatabaseRollingUpgrade _upgrade;

    private DatabaseRunTargets(
        DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseServices services, Action onEvent)
    {
        (_stored, _upgrade, Secrets, _services, _onEvent) = (
            upgrade, ChangedTopology.Current(upgrade), secrets, services, onEvent);
        _redactor = new Redactor(secrets.Confidential);
        _http = new Lazy<IServiceHttp>(() => new ServiceHttp(secrets.Tls, services.Time, services.Endpoints));
        _plain = new Lazy<IServiceHttp>(() => new ServiceHttp(null, services.Time, services.Endpoints));
        _kind = services.Engines.Of(upgrade.Spec);
        Hosts = new BoundDatabaseHosts(_upgrade, secrets, services.Hosts, _kind);
        _engine = _kind.Bind(this);
        _topology = new ChangedTopology(() => _stored, _engine, services.Events, services.Time);
    }

    // With the instances that the database should have now.
    public DatabaseRollingUpgrade Upgrade => _upgrade;

    public DatabaseSecrets Secrets { get; }

    public IDatabaseHosts Hosts { get; }

    public IServiceHttp Http => _http.Value;

    public IServiceHttp PlainHttp => _plain.Value;

    public IKubernetesClient Kubernetes => _services.Kubernetes;

    public IStorages Storages => _services.Storages;

    public EndpointPolicy Endpoints => _services.Endpoints;

    public TimeProvider Time => _services.Time;

    public AsyncSignal SnapshotChanges => _services.SnapshotChanges;

    /// <summary>See <see cref="RunKind.BindAsync"/>.</summary>
    public static async Task<RunBinding> BindAsync(
        DatabaseRollingUpgrade upgrade, DatabaseServices services, CancellationToken cancellationToken)
    {
        var spec = upgrade.Spec;
        var secrets = await DatabaseSecrets.ReadAsync(
            services.Kubernetes, upgrade, services.Engines.Of(spec), cancellationToken);
        return RunBinding.Of(
            spec, secrets.Digest, onEvent => new DatabaseRunTargets(upgrade, secrets, services, onEvent));
    }

    public void Refresh(DatabaseRollingUpgrade entity) =>
        (_stored, _upgrade) = (entity, ChangedTopology.Current(entity));

    public string Redact(string text) => _redactor.Redact(text);

    public void EnsureMayAct() => _services.Fence.EnsureMayAct();

    public void OnEvent() => _onEvent();

    public IStepCatalog Catalog() => new ChangedTopologyCatalog(_engine.Catalog, _topology, _kind.InstanceOf);

    public IServiceHttp Connect(ServiceTlsMaterial? tls)
    {
        var http = new ServiceHttp(tls, _services.Time, _services.Endpoints);
        lock (_others)
        {
            _others.Add(http);
        }

        return http;
    }

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        if (ChangedTopology.Refusals(_stored.Spec).ToList() is { Count: > 0 } refusals)
        {
            return new PreflightResult<IRunDiscovery>(null, refusals);
        }

        var result = await _engine.PreflightAsync(cancellationToken);
        return result with { TargetAddresses = ClusterAddresses.Of(Upgrade.Spec) };
    }

    public Task<string?> FindObstacleAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    public Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        _engine.CleanUpAsync(status, cancellationToken);

    public Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) =>
        _kind.BackupStorage(Upgrade.Spec) is { } storage
        ? StorageBlocker.FindAsync(_services.BackupStorage, storage, Upgrade.Metadata.Namespace, cancellationToken)
        : Task.FromResult<Blocker?>(null);

    public void FollowEvents() => _engine.FollowEvents();

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await Hosts.DisposeAsync();
        foreach (var http in new[] { _http, _plain }.Where(h => h.IsValueCreated).Select(h => h.Value).Concat(_others))
        {
            http.Dispose();
        }
    }
}
