using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Upgrades;
using Finding = Drydock.Crds.Common.Finding;

namespace Drydock.Reconcilers.Databases;

/// <summary>The hosts and processes of one upgrade, bound to its spec and Secrets as they are now.</summary>
internal sealed class DatabaseRunTargets : IRunTargets<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>, ITiDbTargets, IYugabyteTargets
{
    private readonly DatabaseServices _services;
    private readonly Redactor _redactor;
    private readonly Lazy<IServiceHttp> _http;
    private readonly Lazy<IServiceHttp> _plain;
    private readonly Dictionary<string, IServiceHttp> _peers = new(StringComparer.Ordinal);
    private readonly Lazy<IStepCatalog> _catalog;
    private readonly TiDbDdlWatch? _ddl;
    private volatile DatabaseRollingUpgrade _upgrade;

    private DatabaseRunTargets(DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseServices services, Action onEvent)
    {
        (_upgrade, Secrets, _services) = (upgrade, secrets, services);
        _redactor = new Redactor(secrets.Confidential);
        _http = new Lazy<IServiceHttp>(() => new ServiceHttp(secrets.Tls, services.Time, services.Endpoints));
        _plain = new Lazy<IServiceHttp>(() => new ServiceHttp(null, services.Time, services.Endpoints));
        Hosts = new BoundDatabaseHosts(upgrade, secrets, services.Hosts);
        Sql = new MySqlDatabaseSql(() => Upgrade, secrets, endpoints: services.Endpoints);

        // Made once for one binding: how long an instance has been healthy is counted by the action that looks.
        _catalog = new Lazy<IStepCatalog>(
            () => Upgrade.Spec.Engine.Choose<IStepCatalog>(() => new TiDbStepCatalog(this), () => new YugabyteStepCatalog(this)));
        _ddl = upgrade.Spec.Engine.Choose<TiDbDdlWatch?>(() => new TiDbDdlWatch(this, onEvent), () => null);
    }

    /// <inheritdoc cref="ITiDbTargets.Upgrade" />
    public DatabaseRollingUpgrade Upgrade => _upgrade;

    /// <inheritdoc cref="ITiDbTargets.Secrets" />
    public DatabaseSecrets Secrets { get; }

    /// <inheritdoc />
    SqlLogin? IYugabyteTargets.Sql => Secrets.Sql;

    /// <inheritdoc />
    public IReadOnlyList<Finding> SecretProblems => Secrets.Problems;

    /// <inheritdoc />
    public IReadOnlyList<Finding> StorageProblems => [.. DatabaseStorages.Refusals(Storages, Upgrade)];

    /// <inheritdoc cref="ITiDbTargets.Hosts" />
    public IDatabaseHosts Hosts { get; }

    /// <inheritdoc cref="ITiDbTargets.Http" />
    public IServiceHttp Http => _http.Value;

    /// <inheritdoc />
    public IServiceHttp PlainHttp => _plain.Value;

    /// <inheritdoc />
    public IDatabaseSql Sql { get; }

    /// <inheritdoc />
    public IKubernetesClient Kubernetes => _services.Kubernetes;

    /// <inheritdoc />
    public IStorages Storages => _services.Storages;

    /// <inheritdoc cref="ITiDbTargets.Time" />
    public TimeProvider Time => _services.Time;

    /// <inheritdoc />
    public Pulse SnapshotChanges => _services.SnapshotChanges;

    /// <summary>Binds them; nothing is connected yet.</summary>
    /// <param name="upgrade">The upgrade as read.</param>
    /// <param name="secrets">The Secrets it refers to.</param>
    /// <param name="services">What the controller is composed of.</param>
    /// <param name="onEvent">Called when something happens on a target.</param>
    public static DatabaseRunTargets Bind(DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseServices services, Action onEvent) => new(upgrade, secrets, services, onEvent);

    /// <inheritdoc />
    public void Refresh(DatabaseRollingUpgrade entity) => _upgrade = entity;

    /// <inheritdoc cref="ITiDbTargets.Redact" />
    public string Redact(string text) => _redactor.Redact(text);

    /// <inheritdoc cref="ITiDbTargets.EnsureMayAct" />
    public void EnsureMayAct() => _services.Fence.EnsureMayAct();

    /// <inheritdoc />
    public IStepCatalog Catalog() => _catalog.Value;

    /// <inheritdoc />
    public IServiceHttp Peer(string group)
    {
        lock (_peers)
        {
            if (!_peers.TryGetValue(group, out var http))
            {
                _ = Upgrade.Spec.Yugabyte?.Replication.Groups.Find(g => g.Name == group) ?? throw new KeyNotFoundException($"spec.yugabyte.replication.groups has no '{group}' any more; put it back until the upgrade has ended");
                _peers[group] = http = new ServiceHttp(Secrets.Peers.GetValueOrDefault(group), _services.Time, _services.Endpoints);
            }

            return http;
        }
    }

    /// <inheritdoc />
    public async Task<RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> PreflightAsync(CancellationToken cancellationToken) =>
        await Upgrade.Spec.Engine.Choose(() => PreflightTiDbAsync(cancellationToken), () => PreflightYugabyteAsync(cancellationToken));

    private async Task<RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> PreflightTiDbAsync(CancellationToken cancellationToken)
    {
        var cluster = await new TiDbPreflight(this).RunAsync(cancellationToken);
        return new RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
            cluster.Discovery is { } tidb ? new TiDbDiscovered(Upgrade.Spec, tidb) : null, cluster.Findings, Target(cluster.TargetIdentity));
    }

    private async Task<RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> PreflightYugabyteAsync(CancellationToken cancellationToken)
    {
        var universe = await new YugabytePreflight(this).RunAsync(cancellationToken);
        return new RunPreflight<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>(
            universe.Discovery is { } found ? new YugabyteDiscovered(Upgrade.Spec, found) : null, universe.Findings, Target(universe.TargetIdentity));
    }

    private ClaimTarget? Target(string? identity) => identity is null ? null : new ClaimTarget(identity, ClusterAddresses.Of(Upgrade.Spec));

    /// <inheritdoc />
    public Task<string?> FindObstacleAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <inheritdoc />
    public Task<RunTakenAway> TakeAwayAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) => Upgrade.Spec.Engine.Choose(
        () => new TiDbCleanup(this).TakeAwayAsync(status, cancellationToken),
        () => new YugabyteCleanup(this).TakeAwayAsync(status, cancellationToken));

    /// <inheritdoc />
    public Task<RunTrouble?> FindTroubleAsync(CancellationToken cancellationToken) => Upgrade.Spec.Tidb?.Backup.Storage is { } storage
        ? StorageTrouble.FindAsync(_services.BackupStorage, storage, Upgrade.Metadata.Namespace, cancellationToken)
        : Task.FromResult<RunTrouble?>(null);

    /// <inheritdoc />
    public void FollowEvents() => _ddl?.Follow();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_ddl is not null)
        {
            await _ddl.DisposeAsync();
        }

        await Hosts.DisposeAsync();
        foreach (var http in new[] { _http, _plain }.Where(h => h.IsValueCreated).Select(h => h.Value).Concat(_peers.Values))
        {
            http.Dispose();
        }
    }
}
