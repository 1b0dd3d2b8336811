using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The clients of one TiDB upgrade.</summary>
internal sealed class TiDbTargets : ITiDbTargets, IEngineTargets
{
    private readonly IEngineContext _context;
    private readonly TiDbDdlWatch _ddl;

    /// <summary>Binds them; nothing is connected yet.</summary>
    public TiDbTargets(IEngineContext context)
    {
        _context = context;
        Sql = new MySqlDatabaseSql(() => context.Upgrade, context.Secrets, endpoints: context.Endpoints);
        Catalog = StepCatalog.Of<ITiDbTargets>(this);
        _ddl = new TiDbDdlWatch(this, context.OnEvent);
    }

    /// <inheritdoc />
    public IStepCatalog Catalog { get; }

    /// <inheritdoc />
    public IDatabaseSql Sql { get; }

    /// <inheritdoc />
    public DatabaseRollingUpgrade Upgrade => _context.Upgrade;

    /// <inheritdoc />
    public DatabaseSecrets Secrets => _context.Secrets;

    /// <inheritdoc />
    public IDatabaseHosts Hosts => _context.Hosts;

    /// <inheritdoc />
    public IServiceHttp Http => _context.Http;

    /// <inheritdoc />
    public IServiceHttp PlainHttp => _context.PlainHttp;

    /// <inheritdoc />
    public IKubernetesClient Kubernetes => _context.Kubernetes;

    /// <inheritdoc />
    public IStorages Storages => _context.Storages;

    /// <inheritdoc />
    public TimeProvider Time => _context.Time;

    /// <inheritdoc />
    public AsyncSignal SnapshotChanges => _context.SnapshotChanges;

    /// <inheritdoc />
    public string Redact(string text) => _context.Redact(text);

    /// <inheritdoc />
    public void EnsureMayAct() => _context.EnsureMayAct();

    /// <inheritdoc />
    public void FollowEvents() => _ddl.Follow();

    /// <inheritdoc />
    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var result = await new TiDbPreflight(this).RunAsync(cancellationToken);
        return result.Select<IRunDiscovery>(discovery => new TiDbDiscovered(Upgrade.Spec, discovery));
    }

    /// <inheritdoc />
    public Task<ParkedStateResult> CleanUpAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        new TiDbCleanup(this).CleanUpAsync(status, cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _ddl.DisposeAsync();
}
