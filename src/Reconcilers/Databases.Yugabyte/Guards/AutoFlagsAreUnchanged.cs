using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Nobody promotes AutoFlags while the upgrade is under way: old processes could not start again, and the way back
/// would be gone (docs/research/yugabytedb.md#autoflags).
/// </summary>
internal sealed class AutoFlagsAreUnchanged(IYugabyteTargets targets) : YugabyteGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var recorded = YugabyteWork.Find(plan, YugabyteStepIds.AdminTool)?.Recorded(YugabyteKeys.FlagsBefore);
        var now = (await Cluster.Tool().AutoFlagsAsync(cancellationToken)).Version.ToString(CultureInfo.InvariantCulture);
        return recorded is null || now == recorded
            ? GuardReading.Holds
            : GuardReading.Broken($"the AutoFlags configuration is of version {now}; it was {recorded} when the upgrade began: somebody promoted AutoFlags. If only volatile ones were, rollback_auto_flags {recorded} makes it as it was and this goes on; otherwise ask the vendor before any further process is stopped");
    }
}
