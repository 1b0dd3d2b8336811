using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The frame with DatabaseRollingUpgrade and a real engine on a database in memory.</summary>
internal sealed class EngineRunWorld
    : RunWorld<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    private readonly DatabaseRollingUpgradeSpec _spec;
    private readonly Func<V1ObjectMeta, IEngineTargets> _bind;
    private int _lives;

    public EngineRunWorld(YugaWorld universe)
        : base("db", WorldJson.Crds, universe.Time, universe.Objects)
    {
        (_spec, _bind) = (universe.Spec, upgrade => new YugabyteCluster(
            new YugaLife(universe) { Metadata = upgrade, ReadStatus = () => Status }.Context));
        Record();
    }

    public EngineRunWorld(TiDbWorld cluster)
        : base("db", WorldJson.Crds, cluster.Time, cluster.Objects)
    {
        cluster.ReadStatus = () => Status;
        (_spec, _bind) = (cluster.Upgrade.Spec, upgrade =>
        {
            cluster.Upgrade = cluster.Upgrade with { Metadata = upgrade };
            return new TiDbLife(cluster, ++_lives).Targets;
        }
        );
        Record();
    }

    /// <summary>The statuses that were written, in order.</summary>
    public List<DatabaseRollingUpgradeStatus> Writes { get; } = [];

    /// <summary>Waits for an administrator.</summary>
    public bool Asks => Is("Stalled") || Is("Held") || Is("Failed");

    protected override RunKind Kind => new DatabaseUpgradeKind(
        SupportedEngines.All,
        (upgrade, _) => Task.FromResult(
            new RunBinding("access", "targets", "spec", _ => new Targets(_bind(upgrade.Metadata), _spec.FromVersion))));

    public EngineRunWorld Apply(Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? change = null)
    {
        Create(change is null ? _spec : change(_spec));
        return this;
    }

    /// <summary>What was held is approved.</summary>
    public void Approve() => Annotate(Annotations.Approve, Status.Holds.Single().Approval);

    /// <summary>Waits for a write, then the status becomes an earlier one.</summary>
    /// <returns>From where to where.</returns>
    public string PutBack(
        int reached, int back, Func<DatabaseRollingUpgradeStatus, DatabaseRollingUpgradeStatus>? change)
    {
        RunUntil(() => Writes.Count > reached, "the write", TimeSpan.FromHours(24));
        var status = Writes[back];
        var what = $"from {reached} ({Where(Status)}) back to {back} ({Where(status)})";
        PutBack(change is null ? status : change(status));
        return what;
    }

    /// <summary>A status whose next step has failed.</summary>
    public static DatabaseRollingUpgradeStatus Failed(DatabaseRollingUpgradeStatus status)
    {
        var next = status.Plan!.Steps.Find(s => s.State != StepState.Succeeded);
        return next is null ? status : status with
        {
            Plan = status.Plan.With(s => s.Record with
            {
                State = StepState.Failed,
                Attempt = Math.Max(1, s.Attempt),
                Reason = Reasons.ClusterUnhealthy,
                Message = "it failed"
            }, only: next.Id),
        };
    }

    private static string Where(DatabaseRollingUpgradeStatus status) => $"{status.Phase} {status.Step}";

    private void Record() =>
        Api.StatusWritten = o => Writes.AddRange(o is DatabaseRollingUpgrade { Status: { } status } ? [status] : []);

    private sealed class Targets(IEngineTargets engine, string fromVersion) : IRunTargets
    {
        public void Refresh(IKubernetesObject entity)
        {
            // The world has the spec.
        }

        public string Redact(string text) => text;

        public IStepCatalog Catalog() => engine.Catalog;

        public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken) =>
            (await engine.PreflightAsync(cancellationToken)).Select<IRunDiscovery>(
                found => new CompletedDiscovery(found, new DatabaseInventory { FromVersion = fromVersion }));

        public Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken) =>
            engine.ReadTracesAsync(plan, cancellationToken);

        public Task<string?> FindObstacleAsync(RunStatus status, CancellationToken cancellationToken) =>
            engine.FindRollbackObstacleAsync((DatabaseRollingUpgradeStatus)status, cancellationToken);

        public Task<ParkedStateResult> CleanUpAsync(RunStatus status, CancellationToken cancellationToken) =>
            engine.CleanUpAsync((DatabaseRollingUpgradeStatus)status, cancellationToken);

        public ValueTask DisposeAsync() => engine.DisposeAsync();
    }
}
