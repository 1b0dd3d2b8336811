using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The way back of an OmsUpgrade: there is one as long as the old containers and the snapshot are there.
/// </summary>
internal sealed class OmsRollback : IRollbackPlanner<OmsUpgradeSpec>
{
    /// <inheritdoc />
    public string? Refusal(OmsUpgradeSpec spec, Plan plan) => null;

    /// <inheritdoc />
    public Plan Compile(RollbackBasis<OmsUpgradeSpec> basis) => RollbackPlanner.Compile(basis);
}
