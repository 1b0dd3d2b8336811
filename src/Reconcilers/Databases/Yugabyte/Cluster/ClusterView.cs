namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A universe as its leading master sees it at one moment.</summary>
/// <param name="Leader">Where the leading master's pages are.</param>
internal sealed record ClusterView(
    ServiceAddress Leader, IReadOnlyList<YbMaster> Masters, IReadOnlyList<YbTserver> Tservers, YbHealth Health,
    IReadOnlyList<string> Leaderless, IReadOnlyList<string>? UnderReplicated, YbClusterConfig Config)
{
    /// <summary>The maximum age of the last heartbeat of a tablet server that counts as alive. Heartbeats come every
    /// second; the master itself reports ALIVE for a minute after the last one
    /// (docs/project/research/yugabytedb.md#rules).</summary>
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
        var hasServer = except.Any(i => i.Component == DatabaseComponent.Tserver);
        foreach (var problem in MasterProblems(cluster, except)
            .Concat(TserverProblems(cluster, except))
            .Concat(hasServer ? [] : ReplicaProblems(cluster)))
        {
            yield return problem;
        }

        if (Leaderless.Count > 0)
        {
            yield return new(
                Reasons.QuorumAtRisk,
                $"{Sentences.Count(Leaderless.Count, "tablet has", "tablets have")} no leader: "
                + $"{Name(Leaderless)}. Start the tablet servers that have "
                + $"their replicas (page /tablet-replication of {Leader}).");
        }
    }

    /// <summary>Dead servers and missing replicas.</summary>
    public IEnumerable<ClusterProblem> ReplicaProblems(YugabyteCluster cluster)
    {
        var dead = Dead(cluster);
        if (dead.Count > 0)
        {
            yield return new(
                Reasons.InstanceDown,
                $"Dead for the leading master: {Name(dead)}. Start them, or remove them from the universe "
                + $"(page /tablet-servers of {Leader}).");
        }

        var under = Health.UnderReplicated.Union(UnderReplicated ?? [], StringComparer.Ordinal).ToList();
        if (under.Count > 0)
        {
            yield return new(
                Reasons.QuorumAtRisk,
                $"{Sentences.Count(under.Count, "tablet is", "tablets are")} under-replicated: "
                + $"{Name(under)}. Start the tablet servers that have "
                + $"their replicas, or wait until new ones have caught up (page /tablet-replication of {Leader}).");
        }
    }

    /// <summary><see cref="Problems"/> while an upgrade runs: the first sentence, which is shown while a step waits,
    /// also says what to do if an instance that is down is lost for good.</summary>
    public IReadOnlyList<string> ProblemsOfRun(
        YugabyteCluster cluster, PlanProgress plan, params IReadOnlyCollection<DatabaseInstance> except)
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
    private static bool IsBeingRestarted(PlanProgress plan, string instance) => plan.Steps.Exists(swap =>
        InstanceSwap.Is(swap)
        && swap.HasEverBegun
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
                { IsAlive: false } => $"is not ALIVE, last heartbeat {seen.SinceHeartbeat.TotalSeconds:F0} s ago. "
                    + "Start it; if it runs, its heartbeats are refused: see its log.",
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
internal sealed record ClusterProblem(string Reason, string Message);

/// <summary>
/// Checks right before a process is stopped: all masters alive and one leader, no server dead or silent,
/// nothing under-replicated or leaderless, every other process answers, also by SQL as before the upgrade, no other
/// server is kept without leaders, and, where the masters support the question, they report that this one may be
/// stopped (docs/project/research/yugabytedb.md#yugabytedb-anywhere).
/// A process that is not healthy itself may be stopped as long as all others are well. It may still serve, so quorum
/// without it is proven too.
/// <para> Tablet servers that are stopped side by side count as down, whether they are or not. What is missing because
/// of them is ignored, and quorum must be proven for all of them at once: by the masters, or by the replicas of every
/// tablet (<see cref="TabletQuorum"/>).
/// </para>
/// <para> Other servers without leaders are checked only right before the action: while a step waits to begin, the
/// guard of the leader blacklist reports them, stops the run and says what to do, where a gate would wait in silence
/// and fail.
/// </para>
/// </summary>
internal sealed class ClusterGate(YugabyteCluster cluster)
{
    /// <summary>Why an instance may not be stopped now, one sentence each; empty if it may.</summary>
    /// <param name="expectOutage">Its component has too few members to stop one without an outage, which was
    /// accepted.</param>
    public Task<IReadOnlyList<string>> StopProblemsAsync(
        PlanProgress plan, GatedStop stop, bool expectOutage, bool rightBefore, CancellationToken cancellationToken) =>
        ReadAsync(
            async view =>
            {
                var isHealthy = IsHealthy(view, stop.Instance)
                    && await cluster.FindSilenceAsync(stop.Instance, cancellationToken) is null;
                return await ProblemChecks.FirstAsync(
                    () => Seen(view, plan, stop, isHealthy ? stop.Beside : stop.All, rightBefore),
                    () => Task.FromResult(MissingReplicas(view, stop)),
                    () => SilentAsync(stop.All, cancellationToken),
                    () => OthersSqlAsync(plan, stop.All, cancellationToken),
                    () => expectOutage ? None : UnsafeAsync(view, stop, isHealthy, cancellationToken),
                    () => UnknownFlagsAsync(stop, cancellationToken));
            },
            cancellationToken);

    /// <summary>Why the universe as a whole is not healthy, one sentence each; empty if it is.</summary>
    public Task<IReadOnlyList<string>> HealthProblemsAsync(
        PlanProgress plan, CancellationToken cancellationToken) => ReadAsync(
        view => ProblemChecks.FirstAsync(
            () => Task.FromResult(view.ProblemsOfRun(cluster, plan)),
            () => SilentAsync(except: [], cancellationToken),
            () => OthersSqlAsync(plan, except: [], cancellationToken)),
        cancellationToken);

    /// <summary>Why leaders may not be moved now, one sentence each; empty if they may. Quorum without servers that are
    /// stopped side by side is proven before the first of them loses its leaders.</summary>
    public Task<IReadOnlyList<string>> DrainProblemsAsync(
        PlanProgress plan, GatedStop stop, bool rightBefore, CancellationToken cancellationToken) => ReadAsync(
            view => ProblemChecks.FirstAsync(
                () => Seen(view, plan, stop, stop.Beside, rightBefore),
                () => OthersSqlAsync(plan, stop.All, cancellationToken),
                () => stop.Beside.Count > 0 ? UnsafeAsync(view, stop, isHealthy: true, cancellationToken) : None),
            cancellationToken);

    private static Task<IReadOnlyList<string>> None => Task.FromResult<IReadOnlyList<string>>([]);

    private Task<IReadOnlyList<string>> ReadAsync(
        Func<ClusterView, Task<IReadOnlyList<string>>> judge, CancellationToken cancellationToken) =>
        Asking.ProblemsAsync(async () => await judge(await cluster.ReadAsync(cancellationToken)));

    private Task<IReadOnlyList<string>> Seen(
        ClusterView view,
        PlanProgress plan,
        GatedStop stop,
        IReadOnlyList<DatabaseInstance> except,
        bool rightBefore) =>
        Task.FromResult<IReadOnlyList<string>>(
        [
            .. view.ProblemsOfRun(cluster, plan, except),
            .. rightBefore ? Blacklisted(view, stop) : [],
        ]);

    // A rollback may be held for days: what others promoted since it was compiled counts.
    private async Task<IReadOnlyList<string>> UnknownFlagsAsync(GatedStop stop, CancellationToken cancellationToken) =>
        stop.Former is { } directory && await new PackageFlags(cluster).FindProblemAsync(
            stop.Instance.Name, directory, version: null, "ask the vendor",
            cancellationToken) is { } problem
            ? [$"It would not start again: {problem}."]
            : [];

    private bool IsHealthy(ClusterView view, DatabaseInstance instance) =>
        instance.Component == DatabaseComponent.Master
        ? view.Master(cluster.Rpc(instance)) is { IsAlive: true }
        : view.IsServing(cluster.Web(instance));

    private IEnumerable<string> Blacklisted(ClusterView view, GatedStop stop)
    {
        var ours = stop.All.Select(cluster.Rpc).ToHashSet();
        var others = view.Config.LeaderBlacklist.Where(a => !ours.Contains(a)).ToList();
        if (stop.Instance.Component == DatabaseComponent.Tserver && others.Count > 0)
        {
            var commands = others.Select(a => $"`{cluster.ReleaseCommand(a)}`");
            yield return $"The leader blacklist also contains {string.Join(", ", others)}, so more servers than "
                + "planned would be without leaders at once. If nothing else uses these entries, run "
                + $"{string.Join(" and ", commands)}.";
        }
    }

    // A server that the leading master lists as ALIVE may serve although it does not answer here, so what is missing is
    // not missing because of it.
    private IReadOnlyList<string> MissingReplicas(ClusterView view, GatedStop stop) =>
        stop.Beside.Count == 0 && view.Tserver(cluster.Web(stop.Instance)) is { IsAlive: true }
        ? [.. view.ReplicaProblems(cluster).Select(p => p.Message)]
        : [];

    private async Task<IReadOnlyList<string>> SilentAsync(
        IReadOnlyCollection<DatabaseInstance> except, CancellationToken cancellationToken)
    {
        var problems = await SideBySide.EachAsync(
            [.. cluster.Spec.Instances.Except(except)], cluster.FindSilenceAsync, cancellationToken);
        return [.. problems.OfType<string>()];
    }

    private Task<IReadOnlyList<string>> OthersSqlAsync(
        PlanProgress plan, IReadOnlyCollection<DatabaseInstance> except, CancellationToken cancellationToken) =>
        new SqlBaseline(cluster).ProblemsAsync(plan, cluster.Tservers.Except(except), others: true, cancellationToken);

    // Of one healthy server, only the masters are asked: without that question, nothing under-replicated is the proof.
    private async Task<IReadOnlyList<string>> UnsafeAsync(
        ClusterView view, GatedStop stop, bool isHealthy, CancellationToken cancellationToken)
    {
        var isMaster = stop.Instance.Component == DatabaseComponent.Master;
        if (stop.NodesSafe != NodesSafeForm.Absent
            && Uuids(view, stop.All) is { } uuids
            && YugabyteFeatures.HasNodesSafe(await cluster.Client.VersionAsync(view.Leader, cancellationToken)))
        {
            var problem = await cluster.Tool().NodesSafeProblemAsync(
                stop.NodesSafe,
                isMaster ? [] : uuids,
                isMaster ? uuids : [],
                cluster.MaxFollowerLag, cancellationToken);
            return problem is null
                ? []
                :
                [
                    $"{problem} Without {string.Join(", ", stop.All.Select(i => i.Name))} data would be unavailable. "
                        + $"Wait until followers lag by less than {cluster.Settings.MaxFollowerLag} "
                        + "(spec.yugabyte.maxFollowerLag).",
                ];
        }

        if (isMaster || (isHealthy && stop.Beside.Count == 0))
        {
            return [];
        }

        var quorum = await TabletQuorum.ReadAsync(cluster, view, stop.All, cancellationToken);
        return quorum.FindProblem([.. cluster.Tservers.Where(stop.All.Contains)]) is { } lost ? [lost] : [];
    }

    // Null if the id of one is not known.
    private List<string>? Uuids(ClusterView view, IReadOnlyCollection<DatabaseInstance> instances)
    {
        var uuids = instances
            .Select(i => i.Component == DatabaseComponent.Master
                ? view.Master(cluster.Rpc(i))?.Uuid
                : view.Tserver(cluster.Web(i))?.Uuid)
            .OfType<string>()
            .ToList();
        return uuids.Count == instances.Count ? uuids : null;
    }
}

/// <summary>The stop of an instance, as the gate judges it.</summary>
/// <param name="NodesSafe">The form of are_nodes_safe_to_take_down.</param>
internal sealed record GatedStop(DatabaseInstance Instance, NodesSafeForm NodesSafe)
{
    /// <summary>In a rollback: the directory of the version that is started afterwards; null otherwise.</summary>
    public string? Former { get; init; }

    public IReadOnlyList<DatabaseInstance> Beside { get; init; } = [];
    public IReadOnlyList<DatabaseInstance> All => [Instance, .. Beside];
}

/// <summary>Checks of which a later one says nothing while an earlier one has found something.</summary>
internal static class ProblemChecks
{
    public static async Task<IReadOnlyList<string>> FirstAsync(
        params IReadOnlyList<Func<Task<IReadOnlyList<string>>>> checks)
    {
        foreach (var check in checks)
        {
            if (await check() is { Count: > 0 } problems)
            {
                return problems;
            }
        }

        return [];
    }
}

/// <summary>Where the voting replicas of all tablets are, by the catalogue of the leading master, and which of them
/// run, by the servers themselves (docs/project/research/yugabytedb.md#quorum). With it the loss of several tablet
/// servers at once is judged where the masters cannot do that.</summary>
internal sealed class TabletQuorum(
    YugabyteCluster cluster, IReadOnlyDictionary<string, IReadOnlyList<ServiceAddress>> voters,
    IReadOnlyDictionary<ServiceAddress, IReadOnlySet<string>> running)
{
    private const int Named = 5;

    /// <summary>Reads the catalogue of the leading master and the tablets of the servers.</summary>
    /// <param name="except">Servers that are not asked, because they are to be down.</param>
    /// <exception cref="TargetException">It cannot be read.</exception>
    public static async Task<TabletQuorum> ReadAsync(
        YugabyteCluster cluster, ClusterView view, IReadOnlyCollection<DatabaseInstance> except,
        CancellationToken cancellationToken)
    {
        var voters = await cluster.Client.VotersAsync(view.Leader, cancellationToken);
        var asked = cluster.Tservers.Where(t => !except.Contains(t) && view.IsServing(cluster.Web(t))).ToList();
        var running = await SideBySide.EachAsync(
            asked, async (t, token) => (await cluster.Client.TabletsAsync(cluster.Web(t), token)).Running,
            cancellationToken);
        return new TabletQuorum(
            cluster, voters, asked.Zip(running).ToDictionary(pair => cluster.Rpc(pair.First), pair => pair.Second));
    }

    /// <summary>Why servers must not be down at once: the tablets with a replica on one of them that would have no
    /// majority of running replicas. Null if there is none.</summary>
    public string? FindProblem(IReadOnlyList<DatabaseInstance> servers)
    {
        var down = servers.Select(cluster.Rpc).ToHashSet();
        var names = string.Join(", ", servers.Select(s => s.Name));
        var lost = voters.Where(t => IsLost(t.Key, t.Value, down)).Select(t => t.Key)
            .Order(StringComparer.Ordinal)
            .ToList();
        return lost.Count == 0
            ? null
            : $"Without {names}, {lost.Count} {(lost.Count == 1 ? "tablet" : "tablets")} "
                + $"({string.Join(", ", lost.Take(Named))}{(lost.Count > Named ? ", …" : "")}) would have no majority "
                + $"of running replicas. Start the servers of their other replicas, or wait until these have caught up "
                + $"(page /dump-entities of a master).";
    }

    // A tablet of which no replica is known cannot be proven to survive.
    private bool IsLost(string tablet, IReadOnlyList<ServiceAddress> replicas, HashSet<ServiceAddress> down)
    {
        if (replicas.Count > 0 && !replicas.Any(down.Contains))
        {
            return false;
        }

        var alive = replicas.Count(v => !down.Contains(v) && running.GetValueOrDefault(v)?.Contains(tablet) == true);
        return alive < (replicas.Count / 2) + 1;
    }
}
