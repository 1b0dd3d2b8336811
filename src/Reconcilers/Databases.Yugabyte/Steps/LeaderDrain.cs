using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Moves the leaders of a tablet server to other servers by the leader blacklist
/// (docs/research/yugabytedb.md#admin-tool): the server gives away its leaders and gets no new ones; its data stays.
/// </summary>
internal sealed class LeaderDrain(IYugabyteTargets targets, YugabyteCluster cluster)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How long leaders may take to leave.</summary>
    public TimeSpan Timeout => KubernetesDuration.Parse(Limit);

    /// <summary>The same as text.</summary>
    public string Limit => cluster.Spec.Drain.Timeout ?? DrainLimits.UsualTimeout;

    /// <summary>Whether a server that keeps leaders is stopped nevertheless.</summary>
    public bool Proceeds => cluster.Spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed;

    /// <summary>The progress of the drain of a server.</summary>
    public DrainState Read(ClusterView view, DatabaseInstance instance)
    {
        var leaders = view.Tserver(cluster.Web(instance)) is { IsAlive: true } server ? server.Leaders : 0;
        return new DrainState(view.IsBlacklisted(cluster.Rpc(instance)), leaders);
    }

    /// <summary>Adds a server to the leader blacklist.</summary>
    public Task BeginAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        cluster.Tool().ChangeLeaderBlacklistAsync(cluster.Rpc(instance), add: true, cancellationToken);

    /// <summary>The message if leaders did not leave in time.</summary>
    public string Overdue(DatabaseInstance instance, ulong leaders) =>
        $"{leaders} tablet leaders did not leave {instance.Name} within {Limit}. See "
        + $"{cluster.Vocabulary.TabletServersPage} of a master. Then raise spec.drain.timeout, or accept it with "
        + "`spec.drain.onTimeout: Proceed`, and retry.";

    /// <summary>
    /// Ensures immediately before a server is stopped that it still has no leaders: it may have been removed from the
    /// blacklist, or the run may have been stopped in between. Waits as long as the drain may take.
    /// </summary>
    /// <param name="context">The step that stops the server.</param>
    /// <param name="instance">The server.</param>
    /// <param name="replicas">The replication factor if it is below three.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>False if leaders did not leave and the spec accepts that.</returns>
    /// <exception cref="StepActionException">Leaders do not leave, and the spec does not accept that.</exception>
    public async Task<bool> EnsureAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var began = context.Time.GetUtcNow();
        while (true)
        {
            var (isEnough, state) = await LookAsync(context, instance, replicas, cancellationToken);
            if (isEnough)
            {
                return true;
            }

            if (!state.IsBlacklisted)
            {
                targets.EnsureMayAct();
                await BeginAsync(instance, cancellationToken);
            }
            else if (context.Time.GetUtcNow() - began >= Timeout)
            {
                return Proceeds
                    ? false
                    : throw new StepActionException(
                        Reasons.DrainTimeout, Overdue(instance, state.Leaders), retryable: false);
            }

            await Task.Delay(Pause, context.Time, cancellationToken);
        }
    }

    /// <summary>
    /// The last look before the stop. The checks since <see cref="EnsureAsync"/> took time, and if another server fails
    /// meanwhile, its leaders are elected on any replica, blacklisted or not.
    /// </summary>
    /// <param name="context">The step that stops the server.</param>
    /// <param name="instance">The server.</param>
    /// <param name="replicas">The replication factor if it is below three.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="StepActionException">The server has leaders again; nothing was stopped.</exception>
    public async Task EnsureStillAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var (isEnough, state) = await LookAsync(context, instance, replicas, cancellationToken);
        if (!isEnough)
        {
            var what = state.IsBlacklisted
                ? $"It leads {state.Leaders} tablets again."
                : "It was removed from the leader blacklist.";
            throw new StepActionException(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped. {what}")
            {
                NotTaken = true,
            };
        }
    }

    private async Task<(bool IsEnough, DrainState State)> LookAsync(
        StepContext context, DatabaseInstance instance, int? replicas, CancellationToken cancellationToken)
    {
        var state = Read(await cluster.ReadAsync(cancellationToken), instance);
        var drain = YugabyteStepIds.Drain(context.Step.Phase, instance.Name);
        var leftIsAccepted = context.Recorded(drain, DrainTserver.LeadersLeftFact) is not null;
        return (state.IsDrained || replicas == 1 || (state.IsBlacklisted && leftIsAccepted), state);
    }
}

/// <summary>The progress of the drain of a tablet server.</summary>
/// <param name="IsBlacklisted">Whether it is in the leader blacklist.</param>
/// <param name="Leaders">The number of tablets it leads.</param>
internal readonly record struct DrainState(bool IsBlacklisted, ulong Leaders)
{
    /// <summary>Whether it leads no tablet and will get none.</summary>
    public bool IsDrained => IsBlacklisted && Leaders == 0;
}
