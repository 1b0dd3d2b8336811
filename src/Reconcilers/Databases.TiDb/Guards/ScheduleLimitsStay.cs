using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>merge-schedule-limit stays where LimitMerging set it, until TuneScheduling raises it.</summary>
internal sealed class ScheduleLimitsStay(ITiDbTargets targets) : TiDbGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var now = (await Targets.Pd().ScheduleAsync(cancellationToken)).Limit("merge-schedule-limit")?.ToString(CultureInfo.InvariantCulture) ?? "(none)";
        var wanted = guard.Parameters["limit"];
        return now == wanted
            ? GuardReading.Holds
            : GuardReading.Broken($"merge-schedule-limit is {now}, it was set to {wanted}: somebody changed it during the upgrade. Set it back (pd-ctl config set merge-schedule-limit {wanted}) and the upgrade goes on");
    }
}
