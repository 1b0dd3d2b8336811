namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Where the voting replicas of all tablets are, by the catalogue of the leading master, and which of them
/// run, by the servers themselves (docs/research/yugabytedb.md#quorum). With it the loss of several tablet servers at
/// once is judged where the masters cannot do that.</summary>
internal sealed class TabletQuorum
{
    private const int Named = 5;

    private readonly YugabyteCluster _cluster;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<ServiceAddress>> _voters;
    private readonly IReadOnlyDictionary<ServiceAddress, IReadOnlySet<string>> _running;

    private TabletQuorum(
        YugabyteCluster cluster,
        IReadOnlyDictionary<string, IReadOnlyList<ServiceAddress>> voters,
        IReadOnlyDictionary<ServiceAddress, IReadOnlySet<string>> running) =>
        (_cluster, _voters, _running) = (cluster, voters, running);

    /// <summary>Reads the catalogue of the leading master and the tablets of the servers.</summary>
    /// <param name="except">Servers that are not asked, because they are to be down.</param>
    /// <exception cref="TargetException">It cannot be read.</exception>
    public static async Task<TabletQuorum> ReadAsync(
        YugabyteCluster cluster,
        ClusterView view,
        IReadOnlyCollection<DatabaseInstance> except,
        CancellationToken cancellationToken)
    {
        var voters = await cluster.MasterClient.VotersAsync(view.Leader, cancellationToken);
        var asked = cluster.Tservers.Where(t => !except.Contains(t) && view.IsServing(cluster.Web(t))).ToList();
        var running = await YugabyteCluster.EachAsync(
            asked, (t, token) => cluster.TserverClient.RunningTabletsAsync(cluster.Web(t), token), cancellationToken);
        return new TabletQuorum(
            cluster, voters, asked.Zip(running).ToDictionary(pair => cluster.Rpc(pair.First), pair => pair.Second));
    }

    /// <summary>Why servers must not be down at once: the tablets with a replica on one of them that would have no
    /// majority of running replicas. Null if there is none.</summary>
    public string? FindProblem(IReadOnlyList<DatabaseInstance> servers)
    {
        var down = servers.Select(_cluster.Rpc).ToHashSet();
        var names = string.Join(", ", servers.Select(s => s.Name));
        var lost = _voters.Where(t => IsLost(t.Key, t.Value, down)).Select(t => t.Key)
            .Order(StringComparer.Ordinal)
            .ToList();
        return lost.Count == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Without {names}, {lost.Count} {(lost.Count == 1 ? "tablet" : "tablets")} "
                + $"({string.Join(", ", lost.Take(Named))}{(lost.Count > Named ? ", …" : "")}) would have no majority "
                + $"of running replicas. Start the servers of their other replicas, or wait until these have caught up "
                + $"(page /dump-entities of a master).");
    }

    // A tablet of which no replica is known cannot be proven to survive.
    private bool IsLost(string tablet, IReadOnlyList<ServiceAddress> voters, HashSet<ServiceAddress> down)
    {
        if (voters.Count > 0 && !voters.Any(down.Contains))
        {
            return false;
        }

        var running = voters.Count(
            v => !down.Contains(v) && _running.GetValueOrDefault(v)?.Contains(tablet) == true);
        return running < (voters.Count / 2) + 1;
    }
}
