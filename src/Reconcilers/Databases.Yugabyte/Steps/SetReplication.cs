using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Pauses or resumes one replication group at its target, which is this cluster or the one at the other end
/// (docs/research/yugabytedb.md#procedure). Whether it is done the consumer registry of the target says.
/// </summary>
internal sealed class SetReplication(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (group, enabled) = (Group(context), IsToReplicate(context));
        var found = await FindAsync(context, group, cancellationToken);
        return found switch
        {
            null => new Observation.Failed(Reasons.ReplicationDiffers, $"{group.Name} is not a replication group of {Where(context, group)} any more: somebody deleted it, or spec.yugabyte.replication.groups is wrong"),
            { IsPaused: var paused } when paused != enabled => new Observation.Done($"{group.Name} is {(enabled ? "enabled" : "disabled")}"),
            _ => new Observation.NotStarted(),
        };
    }

    /// <inheritdoc />
    protected override Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        var group = Group(context);
        var tool = IsHere(context) ? Cluster.Tool() : Cluster.PeerTool(group);
        return tool.SetReplicationEnabledAsync(group.Name, IsToReplicate(context), cancellationToken);
    }

    private Task<YbInboundGroup?> FindAsync(StepContext context, ReplicationGroup group, CancellationToken cancellationToken) =>
        ReplicationState.ReadAsync(Cluster, group, IsHere(context), cancellationToken);

    private static string Where(StepContext context, ReplicationGroup group) =>
        IsHere(context) ? "this cluster" : $"the cluster at {string.Join(", ", group.Peer.Masters)}";

    private static bool IsHere(StepContext context) => context.Parameter(YugabyteKeys.Side) == YugabyteKeys.Here;

    private static bool IsToReplicate(StepContext context) => context.Parameter(YugabyteKeys.Enabled) == "1";

    private ReplicationGroup Group(StepContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ReplicationState.Group(Cluster, context.Parameter(YugabyteKeys.Group));
    }
}
