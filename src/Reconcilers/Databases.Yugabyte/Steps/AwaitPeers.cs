namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Waits until every process of every peer of replication runs the target version. Only then may replication
/// resume (docs/research/yugabytedb.md#procedure), and only to targets that are final themselves; or, if both
/// directions run unpaused, the new version be made final. Other upgrades bring this about, so the run counts as held
/// (PeerNotUpgraded) meanwhile.</summary>
/// <param name="Final">Whether the target of every paused group must also have promoted every AutoFlag that its
/// source uses: a target that does not use them cannot replicate.</param>
internal sealed record AwaitPeers(bool? Final = null) : YugabyteStep, IWaitsOnly
{
    private const int Named = 6;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var problems = new List<string>();
        foreach (var group in Clusters(Cluster.Settings.Replication.Groups))
        {
            problems.AddRange(await Cluster.Peer(group).NotYetAsync(version, cancellationToken));
        }

        if (problems.Count == 0 && Final == true)
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

    // At both ends the target must have promoted what the source uses.
    private async Task<IReadOnlyList<string>> NotFinalAsync(
        Plan plan, YugabyteVersion version, CancellationToken cancellationToken)
    {
        if (!YugabyteFeatures.HasAutoFlags(version))
        {
            return [];
        }

        var problems = new List<string>();
        try
        {
            var own = await Cluster.Tool().AutoFlagsAsync(cancellationToken);
            foreach (var group in Clusters(Resumed(plan, ReplicationTarget.There)))
            {
                var theirs = await Cluster.PeerTool(group).AutoFlagsAsync(cancellationToken);
                var missing = own.Promoted.Except(theirs.Promoted, StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
                    .ToList();
                if (missing.Count > 0)
                {
                    problems.Add(
                        $"{Cluster.Peer(group).Display} has not promoted {missing.Count} AutoFlags of this universe "
                        + $"({string.Join(", ", missing.Take(Named))}). Finalize its upgrade.");
                }
            }

            foreach (var group in Clusters(Resumed(plan, ReplicationTarget.Here)))
            {
                var theirs = await Cluster.PeerTool(group).AutoFlagsAsync(cancellationToken);
                if (new ReplicationFlags(Cluster).OfSource(group, own, theirs) is { } problem)
                {
                    problems.Add($"{problem} Promote them here (`promote_auto_flags`).");
                }
            }
        }
        catch (TargetException exception)
        {
            problems.Add(exception.Message);
        }

        return problems;
    }

    private IEnumerable<ReplicationGroup> Resumed(Plan plan, ReplicationTarget target)
    {
        var names = plan.Steps
            .Where(s => s.Is<SetReplication>())
            .Select(s => s.As<SetReplication>())
            .Where(a => a.Target == target)
            .Select(a => a.Group)
            .ToHashSet(StringComparer.Ordinal);
        return Cluster.Settings.Replication.Groups.Where(g => names.Contains(g.Name));
    }

    // Paused groups cannot wait without a limit.
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
