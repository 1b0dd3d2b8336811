using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Pauses or resumes one replication group at its target, which is this cluster or its peer
/// (docs/research/yugabytedb.md#procedure). The consumer registry of the target shows whether it is done.
/// </summary>
internal sealed class SetReplication(IYugabyteTargets targets) : YugabyteStep<SetReplication.Args>(targets)
{
    /// <param name="Group">The replication group.</param>
    /// <param name="Target">The cluster that is its target.</param>
    /// <param name="Enabled">Whether the group is to replicate.</param>
    public sealed record Args(string Group, ReplicationTarget Target, bool Enabled);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var group = Cluster.Group(args.Group);
        var found = await Cluster.InboundAsync(group, args.Target, cancellationToken);
        if (found is null)
        {
            var where = args.Target == ReplicationTarget.Here
                ? "this cluster"
                : $"the cluster at {string.Join(", ", group.Peer.Masters)}";
            return new Observation.Failed(
                Reasons.ReplicationDiffers,
                $"{where} has no replication group {group.Name}. Either it was deleted, or "
                + "spec.yugabyte.replication.groups is wrong.");
        }

        return found.IsPaused != args.Enabled
            ? new Observation.Done($"Replication group {group.Name} is {(args.Enabled ? "enabled" : "disabled")}.")
            : new Observation.NotStarted();
    }

    protected override Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var group = Cluster.Group(args.Group);
        return Cluster.Tool(group, args.Target)
            .SetReplicationEnabledAsync(group.Name, args.Enabled, cancellationToken);
    }
}
