namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The tablet servers that a plan stops beside one (spec.yugabyte.maxUnavailablePerZone). Each of them may be
/// down, or about to be, while another one is drained, stopped or verified.</summary>
/// <param name="cluster">The universe.</param>
internal sealed class TserverGroup(YugabyteCluster cluster)
{
    public IReadOnlyList<DatabaseInstance> Others(Plan plan, string phase, DatabaseInstance instance)
    {
        var together = StoppedTogether.Others(plan, plan.Step(YugabyteStepIds.Drain(phase, instance.Name)));
        return [.. cluster.Tservers.Where(t => together.Contains(t.Name, StringComparer.Ordinal))];
    }

    /// <summary>Those that are down now, by the leading master and by themselves. While one is, replicas are
    /// missing.</summary>
    public async Task<IReadOnlyList<DatabaseInstance>> DownAsync(
        ClusterView view, IReadOnlyList<DatabaseInstance> servers, CancellationToken cancellationToken)
    {
        var isUp = await YugabyteCluster.EachAsync(
            servers,
            async (server, token) => view.IsServing(cluster.Web(server))
                && await cluster.FindSilenceAsync(server, token) is null,
            cancellationToken);
        return [.. servers.Where((_, i) => !isUp[i])];
    }
}
