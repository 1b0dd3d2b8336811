namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Where the tablet servers are, and whether those of one zone can be stopped side by side if the spec asks
/// for it: no tablet may lose its majority without any of the batches. If one would, they are stopped one at a
/// time.</summary>
internal sealed class ZonePreflight(YugabyteCluster cluster)
{
    public async Task<TserverPlacement> LookAsync(ClusterState state, CancellationToken cancellationToken)
    {
        var placement = new TserverPlacement(
            cluster.Tservers.ToDictionary(
                t => t.Name, t => state.View.Tserver(cluster.Web(t))?.Zone, StringComparer.Ordinal),
            Obstacle: null);
        return state.ReplicationFactor is { } replicas
            ? placement with { Obstacle = await FindObstacleAsync(state, placement, replicas, cancellationToken) }
            : placement;
    }

    private async Task<string?> FindObstacleAsync(
        ClusterState state, TserverPlacement placement, int replicas, CancellationToken cancellationToken)
    {
        var batches = TserverBatches.Of(cluster.Spec, replicas, placement).Batches.Where(b => b.Count > 1).ToList();
        if (batches.Count == 0)
        {
            return null;
        }

        try
        {
            var quorum = await TabletQuorum.ReadAsync(cluster, state.View, except: [], cancellationToken);
            return batches.Select(quorum.FindProblem).FirstOrDefault(p => p is not null);
        }
        catch (TargetException exception)
        {
            return $"the replicas of tablets cannot be read. {exception.Message}";
        }
    }
}
