using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// A replication group that was paused stays so while it must: until every process of both clusters runs the target
/// version (docs/research/yugabytedb.md#procedure). From then on it may go on, whoever resumes it; the other cluster's
/// own upgrade may be the first to do so.
/// </summary>
internal sealed class ReplicationStaysPaused(IYugabyteTargets targets) : YugabyteGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var group = ReplicationState.Group(Cluster, guard.Parameters[YugabyteKeys.Group]);
        var isHere = guard.Parameters[YugabyteKeys.Side] == YugabyteKeys.Here;
        var seen = await ReplicationState.ReadAsync(Cluster, group, isHere, cancellationToken);
        if (seen is null or { IsPaused: true })
        {
            return GuardReading.Holds;
        }

        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var report = await new VersionCheck(Cluster).ReadAsync(version, cancellationToken);
        var peers = await Cluster.Peer(group).NotYetAsync(version, cancellationToken);
        if (report.IsClean && peers.Count == 0)
        {
            return GuardReading.Holds;
        }

        var tool = isHere ? Cluster.Tool() : Cluster.PeerTool(group);
        return GuardReading.Broken($"replication group {group.Name} replicates again{(isHere ? "" : " at its peer")} while not every process of both clusters runs {version}: somebody resumed it. '{tool.ReplicationCommand(group.Name, enabled: false)}' on {Targets.Hosts.ToolHost} pauses it, and this goes on");
    }
}
