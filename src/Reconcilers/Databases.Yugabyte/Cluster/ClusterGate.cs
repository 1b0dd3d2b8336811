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
/// <param name="cluster">The universe.</param>
internal sealed class ClusterGate(YugabyteCluster cluster)
{
    /// <summary>Why an instance may not be stopped now, one sentence each; empty if it may. State that cannot be read
    /// is a reason.</summary>
    /// <param name="expectOutage">Its component has too few members to stop one without an outage, which was
    /// accepted.</param>
    public async Task<IReadOnlyList<string>> StopProblemsAsync(
        Plan plan, GatedStop stop, bool expectOutage, bool rightBefore, CancellationToken cancellationToken)
    {
        try
        {
            var view = await cluster.ReadAsync(cancellationToken);
            var isHealthy = IsHealthy(view, stop.Instance)
                && await cluster.FindSilenceAsync(stop.Instance, cancellationToken) is null;
            List<string> problems =
            [
                .. view.ProblemsOfRun(cluster, plan, isHealthy ? stop.Beside : stop.All),
                .. rightBefore ? Blacklisted(view, stop) : [],
            ];
            if (problems.Count == 0)
            {
                problems.AddRange(await SilentAsync(stop.All, cancellationToken));
            }

            if (problems.Count == 0)
            {
                problems.AddRange(await OthersSqlAsync(plan, stop.All, cancellationToken));
            }

            if (problems.Count == 0
                && isHealthy
                && !expectOutage
                && await NotSafeAsync(view, stop, cancellationToken) is { } unsafeBecause)
            {
                problems.Add(unsafeBecause);
            }

            return problems;
        }
        catch (Exception exception)
            when (exception is ServiceException or YbAnswerException or ClusterUnhealthyException or HostException)
        {
            return [exception.Message];
        }
    }

    /// <summary>Why the universe as a whole is not healthy, one sentence each; empty if it is. State that cannot be
    /// read is a reason.</summary>
    public async Task<IReadOnlyList<string>> HealthProblemsAsync(Plan plan, CancellationToken cancellationToken)
    {
        try
        {
            var view = await cluster.ReadAsync(cancellationToken);
            List<string> problems = [.. view.ProblemsOfRun(cluster, plan)];
            if (problems.Count == 0)
            {
                problems.AddRange(await SilentAsync(except: [], cancellationToken));
            }

            return problems.Count > 0 ? problems : await OthersSqlAsync(plan, except: [], cancellationToken);
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    /// <summary>Why leaders may not be moved now, one sentence each; empty if they may. Quorum without servers that are
    /// stopped side by side is proven before the first of them loses its leaders.</summary>
    public async Task<IReadOnlyList<string>> DrainProblemsAsync(
        Plan plan, GatedStop stop, bool rightBefore, CancellationToken cancellationToken)
    {
        try
        {
            var view = await cluster.ReadAsync(cancellationToken);
            List<string> problems =
            [
                .. view.ProblemsOfRun(cluster, plan, stop.Beside),
                .. rightBefore ? Blacklisted(view, stop) : [],
            ];
            if (problems.Count == 0)
            {
                problems.AddRange(await OthersSqlAsync(plan, stop.All, cancellationToken));
            }

            if (problems.Count == 0
                && stop.Beside.Count > 0
                && await NotSafeAsync(view, stop, cancellationToken) is { } unsafeBecause)
            {
                problems.Add(unsafeBecause);
            }

            return problems;
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

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
            var commands = others.Select(a => $"`{cluster.Tool().LeaderBlacklistCommand(a, add: false)}`");
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
    private async Task<string?> NotSafeAsync(ClusterView view, GatedStop stop, CancellationToken cancellationToken)
    {
        if (stop.NodesSafe != NodesSafeForm.Absent
            && Uuids(view, stop.All) is { } uuids
            && YugabyteFeatures.HasNodesSafe(await cluster.MasterClient.VersionAsync(view.Leader, cancellationToken)))
        {
            var isMaster = stop.Instance.Component == DatabaseComponent.Master;
            var problem = await cluster.Tool().NodesSafeProblemAsync(
                stop.NodesSafe,
                isMaster ? [] : uuids,
                isMaster ? uuids : [],
                cluster.MaxFollowerLag,
                cancellationToken);
            return problem is null
                ? null
                : $"{problem} Without {string.Join(", ", stop.All.Select(i => i.Name))} data would be unavailable. "
                    + $"Wait until followers lag by less than {cluster.Settings.MaxFollowerLag} "
                    + "(spec.yugabyte.maxFollowerLag).";
        }

        if (stop.Beside.Count == 0)
        {
            return null;
        }

        var quorum = await TabletQuorum.ReadAsync(cluster, view, stop.All, cancellationToken);
        return quorum.FindProblem([.. cluster.Tservers.Where(stop.All.Contains)]);
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
