using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How long the processes of a universe take to be replaced one after another. Pure.</summary>
internal static class YugabyteEstimate
{
    // Draining, stopping, starting and catching up of one process, as a rule of thumb.
    private static readonly TimeSpan EachProcess = TimeSpan.FromSeconds(90);

    /// <summary>The estimate.</summary>
    public static TimeSpan Of(DatabaseRollingUpgradeSpec spec) =>
        spec.Instances.Count * (EachProcess + KubernetesDuration.Parse(spec.Settle));
}
