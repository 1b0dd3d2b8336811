namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Rollback: removes a tablet server that was drained but not stopped from the leader blacklist.</summary>
internal sealed class ReleaseLeaders(IYugabyteTargets targets) : YugabyteStep<ReleaseLeaders.Args>(targets)
{
    public sealed record Args;

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var leader = await Cluster.LeaderAsync(cancellationToken);
        var config = await Cluster.MasterClient.ClusterConfigAsync(leader, cancellationToken);
        return config.LeaderBlacklist.Contains(Cluster.Rpc(instance))
            ? new Observation.NotStarted()
            : new Observation.Done();
    }

    protected override Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        Cluster.Tool().ChangeLeaderBlacklistAsync(Cluster.Rpc(Instance(context)), add: false, cancellationToken);
}
