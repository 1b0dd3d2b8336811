namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A replication group that was paused stays paused until every process of both clusters runs the target
/// version (docs/research/yugabytedb.md#procedure). From then on it may be resumed by anybody; the upgrade of the peer
/// may be the first to do so.</summary>
/// <param name="Group">The replication group.</param>
/// <param name="Target">The cluster that is its target.</param>
internal sealed record ReplicationStaysPaused(string Group, ReplicationTarget Target) : YugabyteGuard
{
    protected override async Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        var group = Cluster.Group(Group);
        if (await Cluster.InboundAsync(group, Target, cancellationToken) is null or { IsPaused: true })
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

        var where = Target == ReplicationTarget.Here ? "" : " at its peer";
        var command = Cluster.Tool(group, Target).ReplicationCommand(group.Name, enabled: false);
        return GuardReading.Broken(
            $"Replication group {group.Name} was resumed{where} although not every process of both clusters runs "
            + $"{version}. Run `{command}` on {Targets.Hosts.ToolHost} to pause it; "
            + "then the upgrade continues automatically.");
    }
}
