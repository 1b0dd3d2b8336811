using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// The frame with DatabaseRollingUpgrade on a database where every step of the real plan goes well and takes half a
/// minute: what a person says about the run is seen here.
/// </summary>
internal sealed class DatabaseRunWorld
    : RunWorld<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    private static readonly Lazy<TiDbDiscovery> TiDb = new(() => new TiDbWorld().Preflight().Discovery!);
    private readonly DatabaseRollingUpgradeSpec _spec;
    private readonly Func<IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>> _discover;

    /// <summary>A TiDB.</summary>
    public DatabaseRunWorld()
        : base("db", WorldJson.Crds)
    {
        _spec = new TiDbWorld().Upgrade.Spec;
        _discover = () => TiDb.Value with { Spec = _spec };
    }

    /// <summary>A TiDB of its own.</summary>
    public DatabaseRunWorld(TiDbWorld cluster)
        : base("db", WorldJson.Crds)
    {
        _spec = cluster.Upgrade.Spec;
        _discover = () => cluster.Preflight().Discovery! with { Spec = _spec };
    }

    /// <summary>A YugabyteDB.</summary>
    public DatabaseRunWorld(YugaWorld universe)
        : base("db", WorldJson.Crds)
    {
        _spec = universe.Spec;
        _discover = () => YugaRun.Discover(universe) with { Spec = _spec };
    }

    public DatabaseRunTruth Truth { get; } = new();

    // Only the targets are other ones.
    protected override RunKind Kind => new DatabaseUpgradeKind(SupportedEngines.All, BindAsync);

    public DatabaseRunWorld Apply(Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? change = null)
    {
        Create(change is null ? _spec : change(_spec));
        return this;
    }

    // As the real kind: other targets whenever a used value of a Secret changes.
    private async Task<RunBinding> BindAsync(DatabaseRollingUpgrade upgrade, CancellationToken cancellationToken)
    {
        var engine = SupportedEngines.All.Of(upgrade.Spec);
        var digest = (await DatabaseSecrets.ReadAsync(Api, upgrade, engine, cancellationToken)).Digest;
        return new RunBinding(
            $"access|{digest}", $"targets|{digest}", "spec", _ => new FakeDatabaseTargets(Truth, Time, _discover));
    }
}
