using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Access;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte.Api;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte.Cluster;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte.Guards;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte;

/// <summary>
/// Takes away what an upgrade that stops half way would leave in a universe for ever (facts §0.4): its entry in the leader blacklist. To be run when a run has failed,
/// is aborted or abandoned. Harmless to a run that goes on later: a server whose leaders have come back is drained again before it is stopped. Steps that fail
/// themselves do the same; this is for a run that is stopped between them. Replication stays paused: whether it may go on nobody can tell then.
/// </summary>
/// <param name="targets">The way there.</param>
public sealed class YugabyteCleanup(IYugabyteTargets targets)
{
    /// <summary>Whether a plan may have left anything, by its receipts.</summary>
    public static bool IsNeeded(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return LeaderBlacklistIsClean.InHand(plan).Any();
    }

    /// <summary>Takes it away.</summary>
    /// <returns>What could not be taken away, with the command that does; empty if nothing is left.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Plan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var cluster = new YugabyteCluster(targets);
        var left = new List<string>();
        foreach (var server in LeaderBlacklistIsClean.InHand(plan).Select(cluster.Instance).ToList())
        {
            try
            {
                await ReleaseAsync(cluster, server, cancellationToken);
            }
            catch (Exception exception) when (exception is ClusterTroubleException or ServiceException or YbAnswerException or AdminToolException or HostException)
            {
                left.Add($"leader blacklist entry of {server.Name}: {cluster.Tool().LeaderBlacklistCommand(cluster.Rpc(server), add: false)} ({targets.Redact(exception.Message)})");
            }
        }

        return left;
    }

    private async Task ReleaseAsync(YugabyteCluster cluster, DatabaseInstance server, CancellationToken cancellationToken)
    {
        var config = await cluster.MasterClient.ClusterConfigAsync(await cluster.LeaderAsync(cancellationToken), cancellationToken);
        if (config.LeaderBlacklist.Contains(cluster.Rpc(server)))
        {
            targets.EnsureMayAct();
            await cluster.Tool().ChangeLeaderBlacklistAsync(cluster.Rpc(server), add: false, cancellationToken);
        }
    }
}
