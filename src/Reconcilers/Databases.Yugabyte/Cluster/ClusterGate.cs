using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What must be true right before a process is stopped: all masters alive and one leader, no server dead or silent,
/// nothing under-replicated or leaderless, every other process answers itself, nobody else is kept without leaders,
/// and, where the masters can tell, they say that this one may go (docs/research/yugabytedb.md#yugabytedb-anywhere).
/// A process that is not healthy itself may be stopped as long as all others are well.
/// <para> Who else is kept without leaders is asked only right before the act: while a step waits to begin, the guard
/// of the leader blacklist speaks of it, which stops the run and says what to do, where a gate would wait in silence
/// and fail.
/// </para>
/// </summary>
/// <param name="cluster">The universe.</param>
internal sealed class ClusterGate(YugabyteCluster cluster)
{
    /// <summary>
    /// What keeps an instance from being stopped now: empty if nothing does. What cannot be read keeps it too.
    /// </summary>
    /// <param name="instance">The instance.</param>
    /// <param name="nodesSafe">How the admin tool wants to be asked whether it may go.</param>
    /// <param name="expectOutage">Its component has too few members for any of them to go without an outage; that was
    /// accepted.</param>
    /// <param name="rightBefore">Whether it is stopped next.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<string>> StopProblemsAsync(
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
            List<string> problems = [.. view.Problems(cluster, isHealthy ? null : instance), .. rightBefore ? Blacklisted(view, instance) : []];
            if (problems.Count == 0)
            {
                problems.AddRange(await SilentAsync(instance, cancellationToken));
            }

            if (problems.Count == 0 && isHealthy && !expectOutage && await NotSafeAsync(view, instance, nodesSafe, cancellationToken) is { } unsafeBecause)
            {
                problems.Add(unsafeBecause);
            }

            return problems;
        }
        catch (Exception exception) when (exception is ServiceException or YbAnswerException or ClusterTroubleException or HostException)
        {
            return [exception.Message];
        }
    }

    /// <summary>What keeps leaders from being moved now: empty if nothing does.</summary>
    /// <param name="instance">The server they are moved from.</param>
    /// <param name="rightBefore">Whether that is begun next.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<string>> DrainProblemsAsync(
        DatabaseInstance instance, bool rightBefore, CancellationToken cancellationToken)
    {
        try
        {
            var view = await cluster.ReadAsync(cancellationToken);
            return [.. view.Problems(cluster), .. rightBefore ? Blacklisted(view, instance) : []];
        }
        catch (Exception exception) when (exception is ServiceException or YbAnswerException or ClusterTroubleException)
        {
            return [exception.Message];
        }
    }

    private bool IsHealthy(ClusterView view, DatabaseInstance instance) => instance.Component == DatabaseComponent.Master
        ? view.Master(cluster.Rpc(instance)) is { IsAlive: true }
        : view.Tserver(cluster.Web(instance)) is { IsAlive: true } server && server.SinceHeartbeat <= ClusterView.FreshHeartbeat;

    private IEnumerable<string> Blacklisted(ClusterView view, DatabaseInstance instance)
    {
        var others = view.Config.LeaderBlacklist.Where(a => a != cluster.Rpc(instance)).ToList();
        if (instance.Component == DatabaseComponent.Tserver && others.Count > 0)
        {
            yield return $"{string.Join(", ", others)} {(others.Count == 1 ? "is" : "are")} in the leader blacklist, so two servers would be without leaders at once";
        }
    }

    // That the master says ALIVE proves nothing for a minute: each process is asked itself.
    private async Task<IReadOnlyList<string>> SilentAsync(
        DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await YugabyteCluster.EachAsync([.. cluster.Spec.Instances.Where(i => i != instance)], SilenceAsync, cancellationToken);
        return [.. problems.OfType<string>()];
    }

    private async Task<string?> SilenceAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            _ = await cluster.VersionAsync(instance, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is ServiceException or YbAnswerException)
        {
            return $"{instance.Name} does not answer: {exception.Message}";
        }
    }

    private async Task<string?> NotSafeAsync(
        ClusterView view, DatabaseInstance instance, NodesSafeForm form, CancellationToken cancellationToken)
    {
        if (form == NodesSafeForm.Absent || !YugabyteFeatures.HasNodesSafe(await cluster.MasterClient.VersionAsync(view.Leader, cancellationToken)))
        {
            return null;
        }

        var isMaster = instance.Component == DatabaseComponent.Master;
        var uuid = isMaster ? view.Master(cluster.Rpc(instance))?.Uuid : view.Tserver(cluster.Web(instance))?.Uuid;
        return uuid is null
            ? null
            : await cluster.Tool().NodesSafeProblemAsync(form, isMaster ? null : uuid, isMaster ? uuid : null, cluster.MaxFollowerLag, cancellationToken);
    }
}
