using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What follows from what preflight learned of a universe. Pure.</summary>
internal sealed class YugabyteDiscovered(DatabaseRollingUpgradeSpec spec, YugabyteDiscovery discovery)
    : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public string TargetIdentity => discovery.UniverseUuid;

    public IReadOnlyList<string> TargetAddresses => ClusterAddresses.Of(spec);

    public string TargetDescription => discovery.Describe(spec);

    public Plan Compile(DatabaseRollingUpgradeSpec spec) =>
        WindowUnits.Declare(new YugabytePlanner(spec, discovery).Compile(), YugabytePlanTraits.BeginsInstance);

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        YugabyteStatus.Learn(status, discovery);
}
