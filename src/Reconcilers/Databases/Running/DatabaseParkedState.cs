using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// The temporary state that a stopped upgrade must not leave in a database (docs/research/tidb.md#rules): instances
/// kept without leaders, by name.
/// </summary>
internal sealed class DatabaseParkedState(DatabaseEngineSet engines)
    : IParkedStateCleanup<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public bool MayRemain(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        engines.Of(spec).IsDraining(spec, status);

    public DatabaseRollingUpgradeStatus MarkRemoved(
        DatabaseRollingUpgradeSpec spec,
        DatabaseRollingUpgradeStatus status,
        IReadOnlyCollection<string> names,
        DateTimeOffset at) => status with
        {
            Plan = CleanedUpSteps.Mark(
                status.Plan,
                s =>
                    engines.Of(spec).IsDrain(s) && s.Node is not null && names.Contains(s.Node, StringComparer.Ordinal),
                at),
            RollbackPlan = CleanedUpSteps.Mark(
                status.RollbackPlan,
                s =>
                    engines.Of(spec).IsDrain(s) && s.Node is not null && names.Contains(s.Node, StringComparer.Ordinal),
                at),
        };
}
