using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether a replication group is paused at one of its ends.</summary>
internal static class ReplicationState
{
    /// <summary>What the consumer registry of an end says of the group; null if that end is not its target.</summary>
    /// <param name="cluster">This cluster.</param>
    /// <param name="group">The group.</param>
    /// <param name="here">Whether this end is meant, or the other one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ClusterTroubleException">The end has no leader.</exception>
    /// <exception cref="ServiceException">No answer.</exception>
    /// <exception cref="YbAnswerException">One that is none.</exception>
    public static async Task<YbInboundGroup?> ReadAsync(
        YugabyteCluster cluster, ReplicationGroup group, bool here, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(group);
        if (!here)
        {
            return await cluster.Peer(group).GroupAsync(cancellationToken);
        }

        var config = await cluster.MasterClient.ClusterConfigAsync(await cluster.LeaderAsync(cancellationToken), cancellationToken);
        return config.Groups.FirstOrDefault(g => g.Name == group.Name);
    }

    /// <summary>A group of the spec.</summary>
    /// <exception cref="KeyNotFoundException">The spec has no such group any more.</exception>
    public static ReplicationGroup Group(YugabyteCluster cluster, string name)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return cluster.Settings.Replication.Groups.Find(g => g.Name == name)
            ?? throw new KeyNotFoundException($"spec.yugabyte.replication.groups has no '{name}' any more; put it back until the upgrade has ended");
    }
}
