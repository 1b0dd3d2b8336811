using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Whether a TiDB upgrade has a way back. Pure.</summary>
internal static class TiDbRollback
{
    /// <summary>
    /// Why there is none: from the first PD on the vendor promises none (docs/research/tidb.md#procedure). Null before
    /// that.
    /// </summary>
    public static string? Obstacle(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return TiDbWork.IsPastUndo(plan)
            ? $"TiDB has no way back to {spec.FromVersion}: none is promised once the first PD is stopped for the upgrade, and later ones are refused by the cluster itself. Go on to {spec.ToVersion} with a new retry token; data comes back only from the backup, into a new cluster"
            : null;
    }
}
