using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What no upgrade that rests may leave in a database (facts §0.4): an instance kept without leaders. Named by the instance.</summary>
internal sealed class DatabaseRest : IRunRest<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    /// <inheritdoc />
    public bool IsLeft(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        spec.Engine.Choose(() => TiDbCleanup.Evicted(spec, status).Any(), () => YugabyteCleanup.Blacklisted(status).Any());

    /// <inheritdoc />
    public DatabaseRollingUpgradeStatus TakenAway(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status, IReadOnlyCollection<string> what, DateTimeOffset at) => status with
    {
        Plan = CleanedUpSteps.Mark(status.Plan, s => IsDrain(spec, s.Action) && s.Node is not null && what.Contains(s.Node, StringComparer.Ordinal), at),
        RollbackPlan = CleanedUpSteps.Mark(status.RollbackPlan, s => IsDrain(spec, s.Action) && s.Node is not null && what.Contains(s.Node, StringComparer.Ordinal), at),
    };

    private static bool IsDrain(DatabaseRollingUpgradeSpec spec, string action) =>
        action == spec.Engine.Choose(() => TiDb.TiDbActions.DrainTikv, () => Yugabyte.YugabyteActions.DrainTserver);
}
