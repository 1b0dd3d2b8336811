using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// Takes one distributed database (YugabyteDB, BMDB, TiDB) from one version to another, one process after the other, so that no quorum is lost:
/// preflight, plan, drain, swap, verify for each process, then what makes the new version final.
/// </summary>
public sealed record DatabaseRollingUpgrade : CustomKubernetesEntity<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    /// <summary>The kind.</summary>
    public const string KindName = "DatabaseRollingUpgrade";

    /// <summary>The resource name in URLs.</summary>
    public const string Plural = "databaserollingupgrades";
}
