using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Of the way back: a tablet server that was to be stopped and was not may have leaders again.</summary>
internal sealed class ReleaseLeaders(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var config = await Cluster.MasterClient.ClusterConfigAsync(await Cluster.LeaderAsync(cancellationToken), cancellationToken);
        return config.LeaderBlacklist.Contains(Cluster.Rpc(instance)) ? new Observation.NotStarted() : new Observation.Done();
    }

    /// <inheritdoc />
    protected override Task WorkAsync(StepContext context, CancellationToken cancellationToken) =>
        Cluster.Tool().ChangeLeaderBlacklistAsync(Cluster.Rpc(Instance(context)), add: false, cancellationToken);
}
