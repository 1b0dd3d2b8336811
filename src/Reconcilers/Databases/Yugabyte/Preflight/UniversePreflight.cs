namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The universe as its leading master sees it: all masters alive and one leader, no server dead, nothing
/// under-replicated or leaderless, the processes those of the spec, enough of them, none kept without
/// leaders.</summary>
internal sealed class UniversePreflight(YugabyteCluster cluster, Findings findings)
{
    private const int Voters = 3;

    /// <summary>Null, with a finding, if no leader answers.</summary>
    public async Task<UniverseState?> LookAsync(CancellationToken cancellationToken)
    {
        if (await findings.LookAsync<ClusterView>(
            async () => await cluster.ReadAsync(cancellationToken)) is not { } view)
        {
            return null;
        }

        CompareMasters(view);
        CompareTservers(view);
        foreach (var problem in view.Problems(cluster))
        {
            findings.Add(problem.Reason, problem.Message);
        }

        if (view.Config.LeaderBlacklist.Count > 0)
        {
            var commands = view.Config.LeaderBlacklist.Select(a => $"`{cluster.ReleaseCommand(a)}`");
            findings.Add(
                Reasons.LeadersKeptAway,
                $"Unexpected entries in the leader blacklist: {string.Join(", ", view.Config.LeaderBlacklist)}. "
                + "An administrator or an abandoned upgrade added them. "
                + $"Run {string.Join(" and ", commands)} to remove them.");
        }

        if (view.Config.ServerBlacklist.Count > 0)
        {
            findings.Note(
                $"Entries in the server blacklist: {string.Join(", ", view.Config.ServerBlacklist)}. "
                + "Their data is being moved to other servers.");
        }

        var factor = await ReplicationFactorAsync(view, cancellationToken);
        CheckQuorum(factor);
        return new UniverseState(view, factor);
    }

    private void CompareMasters(ClusterView view)
    {
        var expected = cluster.Masters.ToDictionary(cluster.Rpc);
        var reported = view.Masters.Select(m => m.Rpc).OfType<ServiceAddress>().ToHashSet();
        foreach (var master in expected.Where(e => !reported.Contains(e.Key)))
        {
            // A master that is down is listed without its address.
            if (view.Masters.All(m => m.Error is null))
            {
                findings.Add(
                    Reasons.InstancesDiffer,
                    $"The universe has no master {master.Key} ({master.Value.Name}); "
                    + $"its masters are {string.Join(", ", reported)}. "
                    + "Correct host or port in spec.instances to the form in which the masters report them.",
                    master.Value.Name, "spec.instances");
            }
        }

        foreach (var stranger in reported.Where(r => !expected.ContainsKey(r)))
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"The universe has a master {stranger} that spec.instances does not list. "
                + "List it, or remove it from the universe.",
                field: "spec.instances");
        }
    }

    private void CompareTservers(ClusterView view)
    {
        var expected = cluster.Tservers.ToDictionary(cluster.Web);
        var reported = view.Tservers.Select(t => t.Web).ToHashSet();
        foreach (var server in expected.Where(e => !reported.Contains(e.Key)))
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"The universe has no tablet server with the pages {server.Key} ({server.Value.Name}); "
                + $"its tablet servers are {string.Join(", ", reported)}. "
                + "Correct host or statusPort in spec.instances to the form in which the tablet servers report them.",
                server.Value.Name, "spec.instances");
        }

        foreach (var stranger in view.Tservers.Where(t => !expected.ContainsKey(t.Web)))
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"The universe has a tablet server {stranger.Web}{(stranger.IsAlive ? "" : ", which is dead,")} that "
                + "spec.instances does not list. List it, or remove it from the universe.",
                field: "spec.instances");
        }
    }

    private async Task<int?> ReplicationFactorAsync(ClusterView view, CancellationToken cancellationToken) =>
        view.Config.ReplicationFactor ?? await findings.LookAsync<int?>(
            async () =>
            {
                var flags = await cluster.Client.FlagsAsync(view.Leader, cancellationToken);
                if (flags.Number("replication_factor") is { } factor and >= 0 and <= int.MaxValue)
                {
                    return (int)factor;
                }

                findings.Add(
                    Reasons.AnswerUnusable,
                    "Neither the configuration of the cluster nor the flags of the leading master contain the "
                    + "replication factor.");
                return null;
            },
            prefix: "The replication factor cannot be read: ");

    private void CheckQuorum(int? factor)
    {
        if (cluster.Masters.Count < Voters)
        {
            findings.Ask(
                Reasons.QuorumTooSmall,
                "masters",
                $"With {cluster.Masters.Count} masters no leader can be elected while one of them is replaced: tables "
                + "and new connections cannot be created then. Add masters.",
                field: "spec.instances");
        }

        if (factor < Voters)
        {
            findings.Ask(
                Reasons.QuorumTooSmall,
                "replication-factor",
                $"With replication factor {factor} the data of a tablet server cannot be "
                + $"{(factor == 1 ? "read or written" : "written")} while the server is replaced. Raise the factor.");
        }
    }
}

/// <summary>The universe as a whole, as preflight observed it.</summary>
/// <param name="ReplicationFactor">The number of replicas of data; null if it could not be read.</param>
internal sealed record UniverseState(ClusterView View, int? ReplicationFactor);
