using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD still is the cluster the plan was made for: its id is what the upgrade's claim is named after.</summary>
internal sealed class ClusterIsTheSame(ITiDbTargets targets) : TiDbGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var now = (await Targets.Pd().MembersAsync(cancellationToken)).ClusterId.ToString(CultureInfo.InvariantCulture);
        return now == guard.Parameters["clusterId"]
            ? GuardReading.Holds
            : GuardReading.Broken($"PD says cluster id {now}, the plan was made for {guard.Parameters["clusterId"]}: the hosts of spec.instances serve another cluster now");
    }
}
