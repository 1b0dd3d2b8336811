using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The way back, where a database has one.</summary>
internal sealed class DatabaseWayBack : IRunWayBack<DatabaseRollingUpgradeSpec>
{
    /// <summary>What must be approved before an upgrade that succeeded is taken back.</summary>
    public const string Hold = "RollBack";

    /// <inheritdoc />
    public string? Refusal(DatabaseRollingUpgradeSpec spec, Plan plan) =>
        spec.Engine.Choose(() => TiDbRollback.Obstacle(spec, plan), () => YugabyteRollback.Obstacle(spec, plan));

    /// <inheritdoc />
    public Plan Compile(WayBackBasis<DatabaseRollingUpgradeSpec> basis)
    {
        var plan = basis.Spec.Engine.Choose(
            () => TiDbRollbackPlanner.Compile(basis.Spec, basis.Plan, basis.Notes),
            () => YugabyteRollbackPlanner.Compile(basis.Spec, basis.Plan, basis.Notes));
        return plan with { AttemptsBefore = basis.AttemptsBefore, Hold = basis.AfterSuccess && plan.Steps.Count > 0 ? Hold : null };
    }
}
