namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Removes what a stopped run would otherwise leave in a universe permanently
/// (docs/research/yugabytedb.md#rules): the entries of its upgrade or rollback in the leader blacklist, and the flags
/// of masters that speed up leaders. A run that resumes later is not harmed, because a server that has leaders again is
/// drained again before it is stopped. Steps that fail do the same themselves; this is for a run that is stopped
/// between them. Replication stays paused, because at this point it cannot be determined whether resuming is
/// safe.</summary>
internal sealed class YugabyteCleanup(IYugabyteTargets targets)
{
    public static IEnumerable<string> Blacklisted(DatabaseRollingUpgradeStatus status) =>
        new[] { status.Plan, status.RollbackPlan }
            .OfType<Plan>()
            .SelectMany(LeaderBlacklistIsClean.InHand)
            .Distinct(StringComparer.Ordinal);

    public async Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken)
    {
        var cluster = new YugabyteCluster(targets);
        var (gone, left) = (new List<string>(), new List<string>());
        foreach (var name in Blacklisted(status).ToList())
        {
            // One that is skipped is gone for good; the guard of the blacklist names what is left of it.
            if (!cluster.Spec.Instances.Exists(i => i.Name == name))
            {
                gone.Add(name);
                continue;
            }

            var server = cluster.Instance(name);
            try
            {
                await ReleaseAsync(cluster, server, cancellationToken);
                gone.Add(server.Name);
            }
            catch (TargetException exception)
            {
                var command = cluster.Tool().LeaderBlacklistCommand(cluster.Rpc(server), add: false);
                left.Add($"leader blacklist entry of {server.Name}: {command} ({targets.Redact(exception.Message)})");
            }
        }

        if (status.Plan is { } plan && LeaderSpeed.InForce(plan) is { } step)
        {
            try
            {
                await new LeaderSpeed(targets, cluster).RestoreAsync(LeaderSpeed.Former(step), cancellationToken);
                gone.Add(step.Id);
            }
            catch (TargetException exception)
            {
                left.Add(
                    $"speed of leaders: {LeaderSpeed.Commands(cluster.Spec, step)} "
                    + $"({targets.Redact(exception.Message)})");
            }
        }

        return new ParkedStateResult(gone, left);
    }

    private async Task ReleaseAsync(
        YugabyteCluster cluster, DatabaseInstance server, CancellationToken cancellationToken)
    {
        var leader = await cluster.LeaderAsync(cancellationToken);
        var config = await cluster.MasterClient.ClusterConfigAsync(leader, cancellationToken);
        if (config.LeaderBlacklist.Contains(cluster.Rpc(server)))
        {
            targets.EnsureMayAct();
            await cluster.Tool().ChangeLeaderBlacklistAsync(cluster.Rpc(server), add: false, cancellationToken);
        }
    }
}
