using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Identity, plan and status that follow from the discovery of a TiDB cluster. Pure.</summary>
internal sealed class TiDbDiscovered(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
    : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    public string TargetIdentity => TargetIdentities.Of(discovery.ClusterId);

    public IReadOnlyList<string> TargetAddresses => ClusterAddresses.Of(spec);

    public string TargetDescription => string.Create(
        CultureInfo.InvariantCulture,
        $"TiDB with {Count(DatabaseComponent.PD)} PD, {Count(DatabaseComponent.TiKV)} TiKV and "
        + $"{Count(DatabaseComponent.TiDB)} TiDB, cluster {discovery.ClusterId}");

    public Plan Compile(DatabaseRollingUpgradeSpec spec) =>
        WindowUnits.Declare(new TiDbPlanner(spec, discovery).Compile(), TiDbPlanTraits.BeginsInstance);

    public DatabaseRollingUpgradeStatus Learn(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
        status with
        {
            Estimate = KubernetesDuration.Format(TiDbEstimate.Of(spec)),
            Instances =
        [
            .. discovery.Instances.Select(
                i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = i.Version }),
        ],
        };

    private int Count(DatabaseComponent component) => discovery.Instances.Count(i => i.Component == component);
}
