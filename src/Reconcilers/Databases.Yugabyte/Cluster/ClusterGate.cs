using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Checks right before a process is stopped: all masters alive and one leader, no server dead or silent,
/// nothing under-replicated or leaderless, every other process answers, also by SQL as before the upgrade, no other
/// server is kept without leaders, and, where the masters support the question, they report that this one may be
/// stopped (docs/research/yugabytedb.md#yugabytedb-anywhere).
/// A process that is not healthy itself may be stopped as long as all others are well.
/// <para> Other servers without leaders are checked only right before the action: while a step waits to begin, the
/// guard of the leader blacklist reports them, stops the run and says what to do, where a gate would wait in silence
/// and fail.
/// </para>
/// </summary>
/// <param name="cluster">The universe.</param>
internal sealed class ClusterGate(YugabyteCluster cluster)
{
    /// <summary>
    /// Why an instance may not be stopped now, one sentence each; empty if it may. State that cannot be read is a
    /// reason.
    /// </summary>
    /// <param name="plan">The plan, which says which SQL interfaces answered before the upgrade.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="nodesSafe">The form of are_nodes_safe_to_take_down.</param>
    /// <param name="expectOutage">Its component has too few members to stop one without an outage, which was
    /// accepted.</param>
    /// <param name="rightBefore">Whether it is stopped immediately afterwards.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public async Task<IReadOnlyList<string>> StopProblemsAsync(
        Plan plan,
        DatabaseInstance instance,
        NodesSafeForm nodesSafe,
        bool expectOutage,
        bool rightBefore,
        CancellationToken cancellationToken)
    {
        try
        {
            var view = await cluster.ReadAsync(cancellationToken);
            var isHealthy = IsHealthy(view, instance) && await SilenceAsync(instance, cancellationToken) is null;
            List<string> problems =
            [
                .. view.Problems(cluster, isHealthy ? null : instance),
                .. rightBefore ? Blacklisted(view, instance) : [],
            ];
            if (problems.Count == 0)
            {
                problems.AddRange(await SilentAsync(instance, cancellationToken));
            }

            if (problems.Count == 0)
            {
                problems.AddRange(await OthersSqlAsync(plan, instance, cancellationToken));
            }

            if (problems.Count == 0
                && isHealthy
                && !expectOutage
                && await NotSafeAsync(view, instance, nodesSafe, cancellationToken) is { } unsafeBecause)
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

    /// <summary>
    /// Why the universe as a whole is not healthy, one sentence each; empty if it is. State that cannot be read is a
    /// reason.
    /// </summary>
    public async Task<IReadOnlyList<string>> HealthProblemsAsync(Plan plan, CancellationToken cancellationToken)
    {
        try
        {
            var view = await cluster.ReadAsync(cancellationToken);
            List<string> problems = [.. view.Problems(cluster)];
            if (problems.Count == 0)
            {
                problems.AddRange(await SilentAsync(except: null, cancellationToken));
            }

            return problems.Count > 0 ? problems : await OthersSqlAsync(plan, except: null, cancellationToken);
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    /// <summary>Why leaders may not be moved now, one sentence each; empty if they may.</summary>
    /// <param name="plan">The plan, which says which SQL interfaces answered before the upgrade.</param>
    /// <param name="instance">The server they are moved from.</param>
    /// <param name="rightBefore">Whether the drain begins immediately afterwards.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public async Task<IReadOnlyList<string>> DrainProblemsAsync(
        Plan plan, DatabaseInstance instance, bool rightBefore, CancellationToken cancellationToken)
    {
        try
        {
            var view = await cluster.ReadAsync(cancellationToken);
            List<string> problems = [.. view.Problems(cluster), .. rightBefore ? Blacklisted(view, instance) : []];
            return problems.Count > 0 ? problems : await OthersSqlAsync(plan, instance, cancellationToken);
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    private bool IsHealthy(ClusterView view, DatabaseInstance instance) =>
        instance.Component == DatabaseComponent.Master
        ? view.Master(cluster.Rpc(instance)) is { IsAlive: true }
        : view.Tserver(cluster.Web(instance)) is { IsAlive: true } server
            && server.SinceHeartbeat <= ClusterView.FreshHeartbeat;

    private IEnumerable<string> Blacklisted(ClusterView view, DatabaseInstance instance)
    {
        var others = view.Config.LeaderBlacklist.Where(a => a != cluster.Rpc(instance)).ToList();
        if (instance.Component == DatabaseComponent.Tserver && others.Count > 0)
        {
            yield return $"The leader blacklist also contains {string.Join(", ", others)}, so two servers would be "
                + "without leaders at once.";
        }
    }

    // The status ALIVE of the master proves nothing for a minute, so each process is asked directly.
    private async Task<IReadOnlyList<string>> SilentAsync(
        DatabaseInstance? except, CancellationToken cancellationToken)
    {
        var problems = await YugabyteCluster.EachAsync(
            [.. cluster.Spec.Instances.Where(i => i != except)], SilenceAsync, cancellationToken);
        return [.. problems.OfType<string>()];
    }

    private Task<IReadOnlyList<string>> OthersSqlAsync(
        Plan plan, DatabaseInstance? except, CancellationToken cancellationToken) =>
        new SqlBaseline(cluster).ProblemsAsync(
            plan, cluster.Tservers.Where(t => t != except), others: true, cancellationToken);

    private async Task<string?> SilenceAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            _ = await cluster.VersionAsync(instance, cancellationToken);
            return null;
        }
        catch (TargetException exception)
        {
            return $"{instance.Name} does not answer. {exception.Message}";
        }
    }

    private async Task<string?> NotSafeAsync(
        ClusterView view, DatabaseInstance instance, NodesSafeForm form, CancellationToken cancellationToken)
    {
        if (form == NodesSafeForm.Absent
            || !YugabyteFeatures.HasNodesSafe(await cluster.MasterClient.VersionAsync(view.Leader, cancellationToken)))
        {
            return null;
        }

        var isMaster = instance.Component == DatabaseComponent.Master;
        var uuid = isMaster ? view.Master(cluster.Rpc(instance))?.Uuid : view.Tserver(cluster.Web(instance))?.Uuid;
        return uuid is null
            ? null
            : await cluster.Tool().NodesSafeProblemAsync(
                form, isMaster ? null : uuid, isMaster ? uuid : null, cluster.MaxFollowerLag, cancellationToken);
    }
}
