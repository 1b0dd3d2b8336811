using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Common.Runs;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Running;
using Drydock.Tests.Unit.TiDb.World;

namespace Drydock.Tests.Unit.RunFrames.Databases;

/// <summary>The frame with DatabaseRollingUpgrade on a TiDB where every step of the real plan goes well and takes half a minute: what a person says about the run is seen here.</summary>
internal sealed class DatabaseRunWorld() : RunWorld<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>("db", KubernetesJson.CreateOptions(CrdsJsonContext.Default))
{
    public DatabaseRunTruth Truth { get; } = new();

    protected override RunKind<DatabaseRollingUpgrade, DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus> Kind
    {
        get
        {
            // Only the way to the targets is another: the kind itself asks nothing of its services.
            var real = DatabaseUpgradeKind.Of(null!);
            return new()
            {
                Name = real.Name,
                Json = real.Json,
                Words = real.Words,
                Access = new DatabaseRunTargets(Truth, Time),
                Work = real.Work,
                Report = real.Report,
                WayBack = real.WayBack,
            };
        }
    }

    public DatabaseRunWorld Apply(Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec>? change = null)
    {
        var spec = new TiDbWorld().Upgrade.Spec;
        Create(change is null ? spec : change(spec));
        return this;
    }
}
