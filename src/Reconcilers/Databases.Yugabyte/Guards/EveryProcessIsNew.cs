using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// No process of the old version comes back once every process was new (docs/research/yugabytedb.md#autoflags). Until
/// AutoFlags are promoted one that does not answer keeps everything too: it may be an old one. After that an old one
/// cannot run, and one that is down is a matter of its own.
/// </summary>
internal sealed class EveryProcessIsNew(IYugabyteTargets targets) : YugabyteGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var report = await new VersionCheck(Cluster).ReadAsync(YugabyteVersion.Parse(Cluster.Spec.ToVersion), cancellationToken);
        if (report.Others.Count > 0)
        {
            return GuardReading.Broken($"{string.Join("; ", report.Others)}: somebody started a process of another version than {Cluster.Spec.ToVersion}. Stop it, or start the right program in its place, and this goes on");
        }

        return report.Silent.Count > 0 && YugabyteWork.Find(plan, YugabyteStepIds.Promote) is { State: not StepState.Succeeded }
            ? GuardReading.Unreadable($"{report.Describe()}: what does not say its version may be an old process, so nothing is promoted")
            : GuardReading.Holds;
    }
}
