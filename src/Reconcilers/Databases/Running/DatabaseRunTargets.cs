using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Safety;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The hosts and processes of one upgrade, bound to its spec and Secrets as they are now.</summary>
internal sealed class DatabaseRunTargets : IRunTargets<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>, IEngineContext
{
    private readonly DatabaseServices _services;
    private readonly IDatabaseEngine _kind;
    private readonly Action _onEvent;
    private readonly Redactor _redactor;
    private readonly Lazy<IServiceHttp> _http;
    private readonly Lazy<IServiceHttp> _plain;
    private readonly List<IServiceHttp> _others = [];
    private readonly IEngineTargets _engine;
    private volatile DatabaseRollingUpgrade _upgrade;

    private DatabaseRunTargets(
        DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseServices services, Action onEvent)
    {
        (_upgrade, Secrets, _services, _onEvent) = (upgrade, secrets, services, onEvent);
        _redactor = new Redactor(secrets.Confidential);
        _http = new Lazy<IServiceHttp>(() => new ServiceHttp(secrets.Tls, services.Time, services.Endpoints));
        _plain = new Lazy<IServiceHttp>(() => new ServiceHttp(null, services.Time, services.Endpoints));
        _kind = services.Engines.Of(upgrade.Spec);
        Hosts = new BoundDatabaseHosts(upgrade, secrets, services.Hosts, _kind);
        _engine = _kind.Bind(this);
    }

    /// <inheritdoc />
    public DatabaseRollingUpgrade Upgrade => _upgrade;

    /// <inheritdoc />
    public DatabaseSecrets Secrets { get; }

    /// <inheritdoc />
    public IDatabaseHosts Hosts { get; }

    /// <inheritdoc />
    public IServiceHttp Http => _http.Value;

    /// <inheritdoc />
    public IServiceHttp PlainHttp => _plain.Value;

    /// <inheritdoc />
    public IKubernetesClient Kubernetes => _services.Kubernetes;

    /// <inheritdoc />
    public IStorages Storages => _services.Storages;

    /// <inheritdoc />
    public EndpointPolicy Endpoints => _services.Endpoints;

    /// <inheritdoc />
    public TimeProvider Time => _services.Time;

    /// <inheritdoc />
    public AsyncSignal SnapshotChanges => _services.SnapshotChanges;

    /// <summary>Binds them; nothing is connected yet.</summary>
    /// <param name="upgrade">The upgrade as read.</param>
    /// <param name="secrets">The Secrets it refers to.</param>
    /// <param name="services">What the controller is composed of.</param>
    /// <param name="onEvent">Called when something happens on a target.</param>
    public static DatabaseRunTargets Bind(
        DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseServices services, Action onEvent) =>
        new(upgrade, secrets, services, onEvent);

    /// <inheritdoc />
    public void Refresh(DatabaseRollingUpgrade entity) => _upgrade = entity;

    /// <inheritdoc cref="IEngineContext.Redact" />
    public string Redact(string text) => _redactor.Redact(text);

    /// <inheritdoc />
    public void EnsureMayAct() => _services.Fence.EnsureMayAct();

    /// <inheritdoc />
    public void OnEvent() => _onEvent();

    /// <inheritdoc />
    public IStepCatalog Catalog() => _engine.Catalog;

    /// <inheritdoc />
    public IServiceHttp Connect(ServiceTlsMaterial? tls)
    {
        var http = new ServiceHttp(tls, _services.Time, _services.Endpoints);
        lock (_others)
        {
            _others.Add(http);
        }

        return http;
    }

    /// <inheritdoc />
    public async Task<RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> PreflightAsync(
        CancellationToken cancellationToken)
    {
        var (discovery, findings, identity) = await _engine.PreflightAsync(cancellationToken);
        return new RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
            discovery, findings, identity is null ? null : new ClaimTarget(identity, ClusterAddresses.Of(Upgrade.Spec)));
    }

    /// <inheritdoc />
    public Task<string?> FindObstacleAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    /// <inheritdoc />
    public Task<ParkedStateResult> CleanUpAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        _engine.CleanUpAsync(status, cancellationToken);

    /// <inheritdoc />
    public Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) => _kind.BackupStorage(Upgrade.Spec) is { } storage
        ? StorageBlocker.FindAsync(_services.BackupStorage, storage, Upgrade.Metadata.Namespace, cancellationToken)
        : Task.FromResult<Blocker?>(null);

    /// <inheritdoc />
    public void FollowEvents() => _engine.FollowEvents();

    /// <inheritdoc />
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
