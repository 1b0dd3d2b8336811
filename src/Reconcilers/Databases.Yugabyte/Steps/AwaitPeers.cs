using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Waits until every process of every peer of replication runs the target version. Only then may replication resume
/// (docs/research/yugabytedb.md#procedure), and only to targets that are final themselves; or, if both directions run
/// unpaused, the new version be made final. Other upgrades bring this about, so the run counts as held
/// (PeerNotUpgraded) meanwhile.
/// </summary>
internal sealed class AwaitPeers(IYugabyteTargets targets) : YugabyteStep<AwaitPeers.Args>(targets), IWaitsOnly
{
    private const int Named = 6;

    /// <param name="Final">
    /// Whether peers that are targets must also have promoted every AutoFlag that this universe uses: a target that
    /// does not use them cannot replicate.
    /// </param>
    public sealed record Args(bool? Final = null);

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

        if (problems.Count == 0 && args.Final == true)
        {
            problems.AddRange(await NotFinalAsync(context.Plan, version, cancellationToken));
        }

        var more = problems.Count > Named ? $" {problems.Count - Named} more processes are not ready." : "";
        return problems.Count == 0
            ? new Observation.Done($"Every process of every peer runs {version}.")
            : new Observation.Running(
                $"Waiting until every process of every peer runs {version}; then the upgrade continues automatically. "
                + $"{Deadline(context)}{string.Join(" ", problems.Take(Named))}{more}");
    }

    private async Task<IReadOnlyList<string>> NotFinalAsync(
        Plan plan, YugabyteVersion version, CancellationToken cancellationToken)
    {
        var names = plan.Steps
            .Where(s => s.Is<SetReplication>())
            .Select(s => s.Arguments<SetReplication.Args>())
            .Where(a => a.Target == ReplicationTarget.There)
            .Select(a => a.Group)
            .ToHashSet(StringComparer.Ordinal);
        var consumers = Clusters(Cluster.Settings.Replication.Groups.Where(g => names.Contains(g.Name))).ToList();
        if (consumers.Count == 0 || !YugabyteFeatures.HasAutoFlags(version))
        {
            return [];
        }

        var problems = new List<string>();
        try
        {
            var own = (await Cluster.Tool().AutoFlagsAsync(cancellationToken)).Promoted;
            foreach (var group in consumers)
            {
                var theirs = (await Cluster.PeerTool(group).AutoFlagsAsync(cancellationToken)).Promoted;
                var missing = own.Except(theirs, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
                if (missing.Count > 0)
                {
                    problems.Add(
                        $"{Cluster.Peer(group).Display} has not promoted {missing.Count} AutoFlags of this universe "
                        + $"({string.Join(", ", missing.Take(Named))}). Finalize its upgrade.");
                }
            }
        }
        catch (TargetException exception)
        {
            problems.Add(exception.Message);
        }

        return problems;
    }

    // Paused groups cannot wait for ever.
    private static string Deadline(StepContext context)
    {
        var first = context.Plan.Steps
            .Where(s => s.Is<SetReplication>() && SetReplication.Deadline(s) is not null)
            .MinBy(SetReplication.Deadline);
        if (first is null || SetReplication.Deadline(first) is not { } deadline || first.StartedAt is not { } began)
        {
            return "";
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{deadline.ToUniversalTime():yyyy-MM-dd HH:mm}Z");
        var now = context.Time.GetUtcNow();
        return now >= deadline
            ? $"WARNING: the sources of paused groups kept their log only until {text}; their targets may have to be "
                + "bootstrapped again. "
            : now - began >= (deadline - began) / 2
            ? $"WARNING: more than half of the time is over for which the sources of paused groups keep their log; it "
                + $"ends at {text}. "
            : $"The sources of paused groups keep their log until {text}. ";
    }

    // Several groups may have the same cluster as their peer.
    private static IEnumerable<ReplicationGroup> Clusters(IEnumerable<ReplicationGroup> groups) =>
        groups.DistinctBy(g => (Joined(g.Peer.Masters), Joined(g.Peer.WebAddresses)));

    private static string Joined(IEnumerable<string> addresses) =>
        string.Join(',', addresses.Order(StringComparer.Ordinal));
}
