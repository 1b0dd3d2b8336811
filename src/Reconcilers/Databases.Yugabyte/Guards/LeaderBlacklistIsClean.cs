using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Nobody is in the leader blacklist but the one server that is being upgraded just now: an entry that is forgotten
/// keeps its server without leaders for ever (docs/research/yugabytedb.md#rules).
/// </summary>
internal sealed class LeaderBlacklistIsClean(IYugabyteTargets targets) : YugabyteGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var ours = InHand(plan).Select(name => Cluster.Rpc(Cluster.Instance(name))).ToHashSet();
        var config = await Cluster.MasterClient.ClusterConfigAsync(await Cluster.LeaderAsync(cancellationToken), cancellationToken);
        var others = config.LeaderBlacklist.Where(a => !ours.Contains(a)).ToList();
        return others.Count == 0
            ? GuardReading.Holds
            : GuardReading.Broken($"{string.Join(", ", others)} {(others.Count == 1 ? "is" : "are")} in the leader blacklist, and not by a step that is under way: somebody put {(others.Count == 1 ? "it" : "them")} there, or back. {string.Join("; ", others.Select(o => Cluster.Tool().LeaderBlacklistCommand(o, add: false)))} on {Targets.Hosts.ToolHost}, and this goes on");
    }

    /// <summary>
    /// The servers that are being upgraded: the draining has begun, they were not verified yet, and nobody took them
    /// out while the run rested.
    /// </summary>
    internal static IEnumerable<string> InHand(Plan plan) =>
        from drain in plan.Steps
        where drain.Action == YugabyteActions.DrainTserver && drain.Node is not null && YugabyteWork.IsBegun(drain) && !CleanedUpSteps.Is(plan, drain)
        let verify = YugabyteWork.Find(plan, YugabyteStepIds.Verify(drain.Phase, drain.Node!))
        where verify is not { State: StepState.Succeeded }
        select drain.Node;
}
