using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Takes away what an upgrade that rests half way would leave in a universe for ever
/// (docs/research/yugabytedb.md#rules): its entries in the leader blacklist, on the way there or back. Harmless to a
/// run that goes on later: a server whose leaders have come back is drained again before it is stopped. Steps that fail
/// themselves do the same; this is for a run that is stopped between them. Replication stays paused: whether it may go
/// on nobody can tell then.
/// </summary>
/// <param name="targets">The way there.</param>
internal sealed class YugabyteCleanup(IYugabyteTargets targets)
{
    /// <summary>
    /// The servers that are or may be in the leader blacklist because of an upgrade, by its receipts.
    /// </summary>
    public static IEnumerable<string> Blacklisted(DatabaseRollingUpgradeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new[] { status.Plan, status.RollbackPlan }.OfType<Plan>().SelectMany(LeaderBlacklistIsClean.InHand).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Takes them out.</summary>
    public async Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken)
    {
        var cluster = new YugabyteCluster(targets);
        var (gone, left) = (new List<string>(), new List<string>());
        foreach (var server in Blacklisted(status).Select(cluster.Instance).ToList())
        {
            try
            {
                await ReleaseAsync(cluster, server, cancellationToken);
                gone.Add(server.Name);
            }
            catch (Exception exception) when (exception is ClusterTroubleException or ServiceException or YbAnswerException or AdminToolException or HostException)
            {
                left.Add($"leader blacklist entry of {server.Name}: {cluster.Tool().LeaderBlacklistCommand(cluster.Rpc(server), add: false)} ({targets.Redact(exception.Message)})");
            }
        }

        return new ParkedStateResult(gone, left);
    }

    private async Task ReleaseAsync(
        YugabyteCluster cluster, DatabaseInstance server, CancellationToken cancellationToken)
    {
        var config = await cluster.MasterClient.ClusterConfigAsync(await cluster.LeaderAsync(cancellationToken), cancellationToken);
        if (config.LeaderBlacklist.Contains(cluster.Rpc(server)))
        {
            targets.EnsureMayAct();
            await cluster.Tool().ChangeLeaderBlacklistAsync(cluster.Rpc(server), add: false, cancellationToken);
        }
    }
}
