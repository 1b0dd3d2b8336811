namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Rollback: removes a tablet server that was drained but not stopped from the leader blacklist.</summary>
internal sealed record ReleaseLeaders : YugabyteStep
{
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        var leader = await Cluster.LeaderAsync(cancellationToken);
        var config = await Cluster.MasterClient.ClusterConfigAsync(leader, cancellationToken);
        return config.LeaderBlacklist.Contains(Cluster.Rpc(instance))
            ? new Observation.NotStarted()
            : new Observation.Done();
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Cluster.Tool().ChangeLeaderBlacklistAsync(Cluster.Rpc(InstanceOf(context)), add: false, cancellationToken);
}
