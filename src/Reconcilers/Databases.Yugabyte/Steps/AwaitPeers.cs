using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Waits until every process of every cluster at the other end of replication runs the target version: only then may
/// replication go on (docs/research/yugabytedb.md#procedure), or, where both directions run unpaused, may the new
/// version be made final. It is others who bring it about, so the run counts as held (PeerNotUpgraded) meanwhile.
/// </summary>
internal sealed class AwaitPeers(IYugabyteTargets targets) : YugabyteStep(targets)
{
    private const int Named = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var problems = new List<string>();
        foreach (var group in Clusters(Cluster.Settings.Replication.Groups))
        {
            problems.AddRange(await Cluster.Peer(group).NotYetAsync(version, cancellationToken));
        }

        return problems.Count == 0
            ? new Observation.Done($"every peer runs {version}")
            : new Observation.Running($"waits until every process of every peer runs {version}: {string.Join("; ", problems.Take(Named))}{(problems.Count > Named ? $" and {problems.Count - Named} more" : "")}; this goes on by itself");
    }

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.Delay(Pause, context.Time, cancellationToken);
    }

    // Several groups may have the same cluster at their other end.
    private static IEnumerable<ReplicationGroup> Clusters(IEnumerable<ReplicationGroup> groups) =>
        groups.DistinctBy(g => (string.Join(',', g.Peer.Masters.Order(StringComparer.Ordinal)), string.Join(',', g.Peer.WebAddresses.Order(StringComparer.Ordinal))));
}
