namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The clients of one TiDB upgrade.</summary>
internal sealed class TiDbTargets : ITiDbTargets, IEngineTargets
{
    private readonly DatabaseRunTargets _context;
    private readonly TiDbDdlWatch _ddl;
    private readonly Lazy<IServiceHttp> _grafana;

    public TiDbTargets(DatabaseRunTargets context)
    {
        _context = context;
        Sql = new MySqlDatabaseSql(() => context.Upgrade, context.Secrets, connections: context.Connections);
        _grafana = new Lazy<IServiceHttp>(
            () => context.ConnectOnHost(context.Secrets.Grafana, DatabaseSecrets.GrafanaLoginField));
        Catalog = new StepCatalog<ITiDbTargets>(this);
        _ddl = new TiDbDdlWatch(this, context.OnEvent);
    }

    public IStepCatalog Catalog { get; }

    public IDatabaseSql Sql { get; }

    public DatabaseRollingUpgrade Upgrade => _context.Upgrade;

    public DatabaseSecrets Secrets => _context.Secrets;

    public IDatabaseHosts Hosts => _context.Hosts;

    public IServiceHttp Http => _context.Http;

    public IServiceHttp PlainHttp => _context.PlainHttp;

    public IServiceHttp GrafanaHttp => _grafana.Value;

    public IKubernetesClient Kubernetes => _context.Kubernetes;

    public IStorages Storages => _context.Storages;

    public TimeProvider Time => _context.Time;

    public AsyncSignal SnapshotChanges => _context.SnapshotChanges;

    public string Redact(string text) => _context.Redact(text);

    public void EnsureMayAct() => _context.EnsureMayAct();

    public void FollowEvents() => _ddl.Follow();

    public Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        new TiDbMembership(this).FindMembershipAsync(instance, cancellationToken);

    public Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        new TiDbMembership(this).FindUnfitAsync(instance, cancellationToken);

    public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
        new TiDbMembers(this, new Findings(Redact, TiDbFailures.Finding)).FindAsync(search, cancellationToken);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken)
    {
        var result = await new TiDbPreflight(this).RunAsync(cancellationToken);
        return result.Select<IRunDiscovery>(discovery => new TiDbDiscovered(Upgrade.Spec, discovery));
    }

    public Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        new TiDbCleanup(this).CleanUpAsync(status, cancellationToken);

    public ValueTask DisposeAsync() => _ddl.DisposeAsync();
}

/// <summary>Identity, plan and status that follow from the discovery of a TiDB cluster. Pure.</summary>
internal sealed class TiDbDiscovered(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
    : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public string TargetIdentity => TargetIdentities.Of(discovery.ClusterId);

    public IReadOnlyList<string> TargetAddresses => ClusterAddresses.Of(spec);

    public string TargetDescription => string.Create(
        CultureInfo.InvariantCulture,
        $"TiDB with {Count(DatabaseComponent.PD)} PD, {Count(DatabaseComponent.TiKV)} TiKV and "
        + $"{Count(DatabaseComponent.TiDB)} TiDB, cluster {discovery.ClusterId}");

    public Plan Compile(DatabaseRollingUpgradeSpec spec) =>
        WindowUnits.Declare(new TiDbPlanner(spec, discovery).Compile(), TiDbPlanTraits.BeginsInstance);

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        status with
        {
            Estimate = KubernetesDuration.Format(TiDbEstimate.Of(spec)),
            Instances =
        [
            .. discovery.Instances.Select(
                i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = i.Version }),
        ],
        };

    private int Count(DatabaseComponent component) => discovery.Instances.Count(i => i.Component == component);
}
