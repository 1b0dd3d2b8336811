namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The clients that preflight, steps and guards of one TiDB upgrade use.</summary>
internal sealed class TiDbTargets : IEngineTargets
{
    private readonly TiDbDdlWatch _ddl;
    private readonly Lazy<IServiceHttp> _grafana;

    /// <param name="sql">Asks TiDB; null for the default.</param>
    public TiDbTargets(IEngineContext context, TiDbSql? sql = null)
    {
        Context = context;
        Sql = sql ?? new TiDbSql(() => context.Upgrade, context.Secrets, context.Connections);
        _grafana = new Lazy<IServiceHttp>(
            () => context.ConnectOnHost(context.Secrets.Grafana, DatabaseSecrets.GrafanaLoginField));
        Catalog = new StepCatalog<TiDbTargets>(this);
        _ddl = new TiDbDdlWatch(this, context.OnEvent);
    }

    public IEngineContext Context { get; }

    public IStepCatalog Catalog { get; }

    public DatabaseRollingUpgradeSpec Spec => Context.Upgrade.Spec;

    public TiDbSpec Settings => Spec.Tidb ?? new TiDbSpec();

    public IDatabaseHosts Hosts => Context.Hosts;

    public TiDbSql Sql { get; }

    public PdClient Pd => new(Context.Http, [.. Spec.Of(DatabaseComponent.PD).Select(Spec.Service)]);

    public TidbStatusClient Tidb => new(Context.Http);

    public BinlogClient Binlog => new(Context.Http);

    /// <summary>TiKV's status port, which is never encrypted (docs/research/tidb.md#tikv).</summary>
    public TikvStatusClient Tikv => new(Context.PlainHttp);

    public GrafanaClient Grafana(MonitoringService service) =>
        new(_grafana.Value, new Endpoint(service.Host, service.Port));

    /// <summary>An instance by its name.</summary>
    /// <exception cref="KeyNotFoundException">The spec does not list the instance any more.</exception>
    public DatabaseInstance Instance(string name) =>
        Spec.Instances.Find(i => i.Name == name) ?? throw new KeyNotFoundException(
            $"spec.instances does not list {name}, for which the plan has steps. Add it again.");

    public string Redact(string text) => Context.Redact(text);

    public void EnsureMayAct() => Context.EnsureMayAct();

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
        return result.Select<IRunDiscovery>(discovery => new TiDbDiscovered(Spec, discovery));
    }

    public Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        status.Plan is { } plan
            ? new TiDbUndo(Spec, plan).CleanUpAsync(this, cancellationToken)
            : Task.FromResult(ParkedStateResult.Nothing);

    public ValueTask DisposeAsync() => _ddl.DisposeAsync();
}

/// <summary>Identity, plan and status that follow from the discovery of a TiDB cluster. Pure.</summary>
internal sealed class TiDbDiscovered(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
    : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public string TargetIdentity => IdentityOf(discovery.ClusterId);

    public IReadOnlyList<string> TargetAddresses => ClusterAddresses.Of(spec);

    /// <summary>The name of a TiDB cluster in claims.</summary>
    public static string IdentityOf(ulong clusterId) => $"tidb:{clusterId}";

    public string TargetDescription => $"TiDB with {Count(DatabaseComponent.PD)} PD, {Count(DatabaseComponent.TiKV)} "
        + $"TiKV and {Count(DatabaseComponent.TiDB)} TiDB, cluster {discovery.ClusterId}";

    public Plan Compile(DatabaseRollingUpgradeSpec spec) =>
        WindowUnits.Declare(new TiDbProcedure(spec, discovery).Compile(), DrainInstance.Is);

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        status with
        {
            Estimate = KubernetesDuration.Format(TiDbProcedure.Estimate(spec)),
            Instances =
            [
                .. discovery.Instances.Select(
                    i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = i.Version }),
            ],
        };

    private int Count(DatabaseComponent component) => discovery.Instances.Count(i => i.Component == component);
}

/// <summary>Looks at many things side by side, a limited number of them at a time.</summary>
internal static class SideBySide
{
    private const int AtATime = 16;

    public static async Task<List<TResult>> SelectAsync<T, TResult>(IEnumerable<T> items, Func<T, Task<TResult>> look)
    {
        var results = new List<TResult>();
        foreach (var some in items.Chunk(AtATime))
        {
            results.AddRange(await Task.WhenAll(some.Select(look)));
        }

        return results;
    }
}
