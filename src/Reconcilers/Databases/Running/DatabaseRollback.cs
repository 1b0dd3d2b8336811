using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The way back, where a database has one.</summary>
internal sealed class DatabaseRollback(DatabaseEngineSet engines) : IRollbackPlanner<DatabaseRollingUpgradeSpec>
{
    /// <summary>What must be approved before an upgrade that succeeded is taken back.</summary>
    public const string Hold = "RollBack";

    /// <inheritdoc />
    public string? Refusal(DatabaseRollingUpgradeSpec spec, Plan plan) =>
        engines.Of(spec).RollbackRefusal(spec, plan);

    /// <inheritdoc />
    public Plan Compile(RollbackBasis<DatabaseRollingUpgradeSpec> basis)
    {
        var plan = engines.Of(basis.Spec).CompileRollback(basis.Spec, basis.Plan, basis.Notes);
        return plan with { AttemptsBefore = basis.AttemptsBefore, Hold = basis.AfterSuccess && plan.Steps.Count > 0 ? Hold : null };
    }
}
