using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A universe as its leading master sees it at one moment.</summary>
internal sealed record ClusterView
{
    /// <summary>
    /// The maximum age of the last heartbeat of a tablet server that counts as alive. Heartbeats come every second; the
    /// master itself reports ALIVE for a minute after the last one (docs/research/yugabytedb.md#rules).
    /// </summary>
    public static readonly TimeSpan FreshHeartbeat = TimeSpan.FromSeconds(10);

    private const int Named = 5;

    /// <summary>Where the leading master's pages are.</summary>
    public required ServiceAddress Leader { get; init; }

    /// <summary>The masters.</summary>
    public required IReadOnlyList<YbMaster> Masters { get; init; }

    /// <summary>The tablet servers.</summary>
    public required IReadOnlyList<YbTserver> Tservers { get; init; }

    /// <summary>Dead servers and tablets with too few replicas.</summary>
    public required YbHealth Health { get; init; }

    /// <summary>Tablets without a leader.</summary>
    public required IReadOnlyList<string> Leaderless { get; init; }

    /// <summary>Tablets with too few replicas by their placement; null where the version does not report it.</summary>
    public required IReadOnlyList<string>? UnderReplicated { get; init; }

    /// <summary>The configuration.</summary>
    public required YbClusterConfig Config { get; init; }

    /// <summary>A tablet server of the spec; null if the master does not list it.</summary>
    public YbTserver? Tserver(ServiceAddress web) => Tservers.FirstOrDefault(t => t.Web == web);

    /// <summary>A master of the spec; null if it is not listed, or only as an error.</summary>
    public YbMaster? Master(ServiceAddress rpc) => Masters.FirstOrDefault(m => m.Rpc == rpc);

    /// <summary>Whether a tablet server is in the leader blacklist.</summary>
    public bool IsBlacklisted(ServiceAddress rpc) => Config.LeaderBlacklist.Contains(rpc);

    /// <summary>Why no process may be stopped, one sentence each; empty if the cluster is healthy.</summary>
    /// <param name="cluster">The processes that must be listed.</param>
    /// <param name="except">
    /// An instance that is ignored: it is not healthy itself, so stopping it makes nothing worse. Dead servers and
    /// missing replicas because of it are ignored too.
    /// </param>
    public IEnumerable<string> Problems(YugabyteCluster cluster, DatabaseInstance? except = null)
    {
        foreach (var problem in MasterProblems(cluster, except).Concat(TserverProblems(cluster, except)))
        {
            yield return problem;
        }

        if (except?.Component != DatabaseComponent.Tserver)
        {
            if (Health.DeadNodes.Count > 0)
            {
                yield return $"The leading master lists {Health.DeadNodes.Count} tablet servers as dead: "
                    + $"{Name(Health.DeadNodes)}.";
            }

            var under = Health.UnderReplicated.Union(UnderReplicated ?? [], StringComparer.Ordinal).ToList();
            if (under.Count > 0)
            {
                yield return $"{under.Count} tablets are under-replicated: {Name(under)}.";
            }
        }

        if (Leaderless.Count > 0)
        {
            yield return $"{Leaderless.Count} tablets have no leader: {Name(Leaderless)}.";
        }
    }

    private IEnumerable<string> MasterProblems(YugabyteCluster cluster, DatabaseInstance? except)
    {
        var isExcepted = except?.Component == DatabaseComponent.Master;
        foreach (var master in cluster.Masters.Where(
            m => m != except && Master(cluster.Rpc(m)) is not { IsAlive: true }))
        {
            var why = Master(cluster.Rpc(master)) is { } listed ? $": {listed.Error ?? listed.Role}" : "";
            yield return $"Master {master.Name} ({cluster.Rpc(master)}) is not alive{why}.";
        }

        var leaders = Masters.Where(m => m.IsLeader).ToList();
        if (leaders.Count != 1)
        {
            yield return leaders.Count == 0
                ? "No master is listed as LEADER."
                : $"{string.Join(" and ", leaders.Select(l => l.Display))} are both listed as LEADER.";
        }

        // A master that is only listed as an error has no address. As long as all masters of the spec are alive, it is
        // not one of them.
        var broken = Masters.Where(
            m => !m.IsAlive && (m.Rpc is null || !cluster.Masters.Any(s => cluster.Rpc(s) == m.Rpc))).ToList();
        if (broken.Count > (isExcepted ? 1 : 0))
        {
            yield return $"Master {broken[0].Display} is not alive: {broken[0].Error ?? broken[0].Role}.";
        }
    }

    private IEnumerable<string> TserverProblems(YugabyteCluster cluster, DatabaseInstance? except)
    {
        foreach (var server in cluster.Tservers.Where(t => t != except))
        {
            var seen = Tserver(cluster.Web(server));
            if (seen is null)
            {
                yield return $"Tablet server {server.Name} ({cluster.Web(server)}) is not listed by the leading "
                    + "master.";
            }
            else if (!seen.IsAlive)
            {
                yield return $"Tablet server {server.Name} ({seen.Web}) is not ALIVE.";
            }
            else if (seen.SinceHeartbeat > FreshHeartbeat)
            {
                yield return $"Tablet server {server.Name} ({seen.Web}) sent its last heartbeat "
                    + $"{seen.SinceHeartbeat.TotalSeconds:F0} s ago.";
            }
        }
    }

    private static string Name(IReadOnlyList<string> ids) =>
        string.Join(", ", ids.Take(Named)) + (ids.Count > Named ? " and others" : "");
}
