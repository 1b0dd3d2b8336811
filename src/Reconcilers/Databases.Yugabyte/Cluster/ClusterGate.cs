namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Checks right before a process is stopped: all masters alive and one leader, no server dead or silent,
/// nothing under-replicated or leaderless, every other process answers, also by SQL as before the upgrade, no other
/// server is kept without leaders, and, where the masters support the question, they report that this one may be
/// stopped (docs/research/yugabytedb.md#yugabytedb-anywhere).
/// A process that is not healthy itself may be stopped as long as all others are well.
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
        Plan plan, GatedStop stop, bool expectOutage, bool rightBefore, CancellationToken cancellationToken) =>
        ReadAsync(
            async view =>
            {
                var isHealthy = IsHealthy(view, stop.Instance)
                    && await cluster.FindSilenceAsync(stop.Instance, cancellationToken) is null;
                return await ProblemChecks.FirstAsync(
                    () => Seen(view, plan, stop, isHealthy ? stop.Beside : stop.All, rightBefore),
                    () => SilentAsync(stop.All, cancellationToken),
                    () => OthersSqlAsync(plan, stop.All, cancellationToken),
                    () => isHealthy && !expectOutage ? UnsafeAsync(view, stop, cancellationToken) : None);
            },
            cancellationToken);

    /// <summary>Why the universe as a whole is not healthy, one sentence each; empty if it is.</summary>
    public Task<IReadOnlyList<string>> HealthProblemsAsync(Plan plan, CancellationToken cancellationToken) => ReadAsync(
        view => ProblemChecks.FirstAsync(
            () => Task.FromResult(view.ProblemsOfRun(cluster, plan)),
            () => SilentAsync(except: [], cancellationToken),
            () => OthersSqlAsync(plan, except: [], cancellationToken)),
        cancellationToken);

    /// <summary>Why leaders may not be moved now, one sentence each; empty if they may. Quorum without servers that are
    /// stopped side by side is proven before the first of them loses its leaders.</summary>
    public Task<IReadOnlyList<string>> DrainProblemsAsync(
        Plan plan, GatedStop stop, bool rightBefore, CancellationToken cancellationToken) => ReadAsync(
            view => ProblemChecks.FirstAsync(
                () => Seen(view, plan, stop, stop.Beside, rightBefore),
                () => OthersSqlAsync(plan, stop.All, cancellationToken),
                () => stop.Beside.Count > 0 ? UnsafeAsync(view, stop, cancellationToken) : None),
            cancellationToken);

    private static Task<IReadOnlyList<string>> None => Task.FromResult<IReadOnlyList<string>>([]);

    // State that cannot be read is a reason.
    private async Task<IReadOnlyList<string>> ReadAsync(
        Func<ClusterView, Task<IReadOnlyList<string>>> judge, CancellationToken cancellationToken)
    {
        try
        {
            return await judge(await cluster.ReadAsync(cancellationToken));
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    private Task<IReadOnlyList<string>> Seen(
        ClusterView view, Plan plan, GatedStop stop, IReadOnlyList<DatabaseInstance> except, bool rightBefore) =>
        Task.FromResult<IReadOnlyList<string>>(
        [
            .. view.ProblemsOfRun(cluster, plan, except),
            .. rightBefore ? Blacklisted(view, stop) : [],
        ]);

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

    private async Task<IReadOnlyList<string>> SilentAsync(
        IReadOnlyCollection<DatabaseInstance> except, CancellationToken cancellationToken)
    {
        var problems = await YugabyteCluster.EachAsync(
            [.. cluster.Spec.Instances.Except(except)], cluster.FindSilenceAsync, cancellationToken);
        return [.. problems.OfType<string>()];
    }

    private Task<IReadOnlyList<string>> OthersSqlAsync(
        Plan plan, IReadOnlyCollection<DatabaseInstance> except, CancellationToken cancellationToken) =>
        new SqlBaseline(cluster).ProblemsAsync(plan, cluster.Tservers.Except(except), others: true, cancellationToken);

    // Of one server, only the masters are asked: without that question, nothing under-replicated is the proof.
    private async Task<IReadOnlyList<string>> UnsafeAsync(
        ClusterView view, GatedStop stop, CancellationToken cancellationToken)
    {
        if (stop.NodesSafe != NodesSafeForm.Absent
            && Uuids(view, stop.All) is { } uuids
            && YugabyteFeatures.HasNodesSafe(await cluster.Client.VersionAsync(view.Leader, cancellationToken)))
        {
            var isMaster = stop.Instance.Component == DatabaseComponent.Master;
            var problem = await cluster.Tool().NodesSafeProblemAsync(
                stop.NodesSafe,
                isMaster ? [] : uuids,
                isMaster ? uuids : [],
                cluster.MaxFollowerLag,
                cancellationToken);
            return problem is null
                ? []
                :
                [
                    $"{problem} Without {string.Join(", ", stop.All.Select(i => i.Name))} data would be unavailable. "
                        + $"Wait until followers lag by less than {cluster.Settings.MaxFollowerLag} "
                        + "(spec.yugabyte.maxFollowerLag).",
                ];
        }

        if (stop.Beside.Count == 0)
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
/// <param name="Instance">The instance.</param>
/// <param name="NodesSafe">The form of are_nodes_safe_to_take_down.</param>
internal sealed record GatedStop(DatabaseInstance Instance, NodesSafeForm NodesSafe)
{
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
        var voters = await cluster.Client.VotersAsync(view.Leader, cancellationToken);
        var asked = cluster.Tservers.Where(t => !except.Contains(t) && view.IsServing(cluster.Web(t))).ToList();
        var running = await YugabyteCluster.EachAsync(
            asked, (t, token) => cluster.Client.RunningTabletsAsync(cluster.Web(t), token), cancellationToken);
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
            : $"Without {names}, {lost.Count} {(lost.Count == 1 ? "tablet" : "tablets")} "
                + $"({string.Join(", ", lost.Take(Named))}{(lost.Count > Named ? ", …" : "")}) would have no majority "
                + $"of running replicas. Start the servers of their other replicas, or wait until these have caught up "
                + $"(page /dump-entities of a master).";
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
