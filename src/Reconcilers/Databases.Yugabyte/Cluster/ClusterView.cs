namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A universe as its leading master sees it at one moment.</summary>
/// <param name="Leader">Where the leading master's pages are.</param>
internal sealed record ClusterView(
    ServiceAddress Leader,
    IReadOnlyList<YbMaster> Masters,
    IReadOnlyList<YbTserver> Tservers,
    YbHealth Health,
    IReadOnlyList<string> Leaderless,
    IReadOnlyList<string>? UnderReplicated,
    YbClusterConfig Config)
{
    /// <summary>The maximum age of the last heartbeat of a tablet server that counts as alive. Heartbeats come every
    /// second; the master itself reports ALIVE for a minute after the last one
    /// (docs/research/yugabytedb.md#rules).</summary>
    public static readonly TimeSpan FreshHeartbeat = TimeSpan.FromSeconds(10);

    private const int Named = 5;

    public YbTserver? Tserver(ServiceAddress web) => Tservers.FirstOrDefault(t => t.Web == web);

    public YbMaster? Master(ServiceAddress rpc) => Masters.FirstOrDefault(m => m.Rpc == rpc);

    public bool IsServing(ServiceAddress web) =>
        Tserver(web) is { IsAlive: true } server && server.SinceHeartbeat <= FreshHeartbeat;

    public bool IsBlacklisted(ServiceAddress rpc) => Config.LeaderBlacklist.Contains(rpc);

    /// <summary>Why no process may be stopped; empty if the cluster is healthy.</summary>
    /// <param name="cluster">The processes that must be listed.</param>
    /// <param name="except">Instances that are ignored: they are not healthy themselves, so stopping them makes nothing
    /// worse. Dead servers and missing replicas because of them are ignored too.</param>
    public IEnumerable<ClusterProblem> Problems(
        YugabyteCluster cluster, params IReadOnlyCollection<DatabaseInstance> except)
    {
        foreach (var problem in MasterProblems(cluster, except).Concat(TserverProblems(cluster, except)))
        {
            yield return problem;
        }

        if (except.All(i => i.Component != DatabaseComponent.Tserver))
        {
            var dead = Dead(cluster);
            if (dead.Count > 0)
            {
                yield return new(
                    Reasons.InstanceDown,
                    $"The leading master lists {dead.Count} tablet servers as dead: {Name(dead)}. Start them, or "
                    + $"remove them from the universe (page /tablet-servers of {Leader}).");
            }

            var under = Health.UnderReplicated.Union(UnderReplicated ?? [], StringComparer.Ordinal).ToList();
            if (under.Count > 0)
            {
                yield return new(
                    Reasons.QuorumAtRisk,
                    $"{under.Count} tablets are under-replicated: {Name(under)}. Start the tablet servers that have "
                    + $"their replicas, or wait until new ones have caught up (page /tablet-replication of {Leader}).");
            }
        }

        if (Leaderless.Count > 0)
        {
            yield return new(
                Reasons.QuorumAtRisk,
                $"{Leaderless.Count} tablets have no leader: {Name(Leaderless)}. Start the tablet servers that have "
                + $"their replicas (page /tablet-replication of {Leader}).");
        }
    }

    /// <summary>The same while an upgrade runs: the first sentence, which is shown while a step waits, also says what
    /// to do if an instance that is down is lost for good.</summary>
    public IReadOnlyList<string> ProblemsOfRun(
        YugabyteCluster cluster, Plan plan, params IReadOnlyCollection<DatabaseInstance> except)
    {
        var dead = cluster.Masters.Except(except).Where(m => Master(cluster.Rpc(m)) is not { IsAlive: true })
            .Concat(cluster.Tservers.Except(except).Where(t => Tserver(cluster.Web(t)) is not { IsAlive: true }))
            .ToList();
        var lost = dead.Find(i => !IsBeingRestarted(plan, i.Name));
        if (lost is null && dead.Count > 0)
        {
            return [$"Waiting until {dead[0].Name}, which this upgrade has just restarted, is alive."];
        }

        var problems = Problems(cluster, except).Select(p => p.Message).ToList();
        return lost is not null && problems is [var first, .. var others]
            ? [$"{first} {LostInstance.Advice(lost.Name)}", .. others]
            : problems;
    }

    // Until its verification has ended, well or not.
    private static bool IsBeingRestarted(Plan plan, string instance) => plan.Steps.Exists(swap =>
        InstanceSwap.Is(swap)
        && PlanProgress.Begun(swap)
        && InstanceSwap.InstanceOf(swap) == instance
        && plan.Steps.Exists(s => (s.Is<VerifyMaster>() || s.Is<VerifyTserver>())
            && s.After.Contains(swap.Id)
            && s.State is not (StepState.Succeeded or StepState.Failed)));

    // One that was taken out stays listed until remove_tablet_server, which not every version has. Old pages have no
    // ids.
    private List<string> Dead(YugabyteCluster cluster)
    {
        var gone = cluster.TakenOut(Tservers, Config);
        var dead = Health.DeadNodes.Except(gone.Select(t => t.Uuid).OfType<string>(), StringComparer.Ordinal).ToList();
        return dead.Count > gone.Count(t => t.Uuid is null) ? dead : [];
    }

    private IEnumerable<ClusterProblem> MasterProblems(
        YugabyteCluster cluster, IReadOnlyCollection<DatabaseInstance> except)
    {
        foreach (var master in cluster.Masters.Where(
            m => !except.Contains(m) && Master(cluster.Rpc(m)) is not { IsAlive: true }))
        {
            var why = Master(cluster.Rpc(master)) is { } listed ? $": {listed.Error ?? listed.Role}" : "";
            yield return new(
                Reasons.InstanceDown,
                $"Master {master.Name} ({cluster.Rpc(master)}) is not alive{why}. Start it; the cause is in its log on "
                + $"{master.Host}.");
        }

        var leaders = Masters.Where(m => m.IsLeader).ToList();
        if (leaders.Count != 1)
        {
            yield return new(
                Reasons.NoLeader,
                (leaders.Count == 0
                    ? "No master is listed as LEADER."
                    : $"{string.Join(" and ", leaders.Select(l => l.Display))} are both listed as LEADER.")
                + " Start the masters that do not run, and check the network between them.");
        }

        // A master that is only listed as an error has no address. As long as all masters of the spec are alive, it is
        // not one of them.
        var broken = Masters.Where(
            m => !m.IsAlive && (m.Rpc is null || !cluster.Masters.Any(s => cluster.Rpc(s) == m.Rpc))).ToList();
        if (broken.Count > except.Count(i => i.Component == DatabaseComponent.Master))
        {
            yield return new(
                Reasons.InstanceDown,
                $"Master {broken[0].Display} is not alive: {broken[0].Error ?? broken[0].Role}. Start it, or remove it "
                + "from the universe with `change_master_config REMOVE_SERVER HOST PORT`.");
        }
    }

    private IEnumerable<ClusterProblem> TserverProblems(
        YugabyteCluster cluster, IReadOnlyCollection<DatabaseInstance> except)
    {
        foreach (var server in cluster.Tservers.Where(t => !except.Contains(t)))
        {
            var seen = Tserver(cluster.Web(server));
            var problem = seen switch
            {
                null => "is not listed by the leading master. Start it, and check that its flag tserver_master_addrs "
                    + "has all masters.",
                { IsAlive: false } => $"is not ALIVE. Start it; the cause is in its log on {server.Host}.",
                _ when seen.SinceHeartbeat > FreshHeartbeat =>
                    $"sent its last heartbeat {seen.SinceHeartbeat.TotalSeconds:F0} s ago, expected at most "
                    + $"{FreshHeartbeat.TotalSeconds:F0} s. Check that it runs and reaches the masters.",
                _ => null,
            };
            if (problem is not null)
            {
                yield return new(
                    Reasons.InstanceDown,
                    $"Tablet server {server.Name} ({seen?.Web ?? cluster.Web(server)}) {problem}");
            }
        }
    }

    private static string Name(IReadOnlyList<string> ids) =>
        string.Join(", ", ids.Take(Named)) + (ids.Count > Named ? " and others" : "");
}

/// <summary>Why no process of a universe may be stopped.</summary>
/// <param name="Reason">Stable word, as preflight reports it.</param>
/// <param name="Message">What is wrong with which process or which tablets, and what to do.</param>
internal sealed record ClusterProblem(string Reason, string Message);
