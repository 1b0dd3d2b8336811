using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Waits until every process of every peer of replication runs the target version. Only then may replication resume
/// (docs/research/yugabytedb.md#procedure) or, if both directions run unpaused, the new version be made final. Other
/// upgrades bring this about, so the run counts as held (PeerNotUpgraded) meanwhile.
/// </summary>
internal sealed class AwaitPeers(IYugabyteTargets targets) : YugabyteStep<AwaitPeers.Args>(targets), IWaitsOnly
{
    private const int Named = 6;

    public sealed record Args;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var problems = new List<string>();
        foreach (var group in Clusters(Cluster.Settings.Replication.Groups))
        {
            problems.AddRange(await Cluster.Peer(group).NotYetAsync(version, cancellationToken));
        }

        var more = problems.Count > Named ? $" {problems.Count - Named} more processes are not ready." : "";
        return problems.Count == 0
            ? new Observation.Done($"Every process of every peer runs {version}.")
            : new Observation.Running(
                $"Waiting until every process of every peer runs {version}; then the upgrade continues automatically. "
                + $"{string.Join(" ", problems.Take(Named))}{more}");
    }

    // Several groups may have the same cluster as their peer.
    private static IEnumerable<ReplicationGroup> Clusters(IEnumerable<ReplicationGroup> groups) =>
        groups.DistinctBy(g => (Joined(g.Peer.Masters), Joined(g.Peer.WebAddresses)));

    private static string Joined(IEnumerable<string> addresses) =>
        string.Join(',', addresses.Order(StringComparer.Ordinal));
}
