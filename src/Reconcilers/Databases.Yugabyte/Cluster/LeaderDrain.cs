using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Moves the leaders of a tablet server away, by the leader blacklist (docs/research/yugabytedb.md#admin-tool): none of
/// its own, none come to it, and its data stays.
/// </summary>
/// <param name="targets">The way there.</param>
/// <param name="cluster">The universe.</param>
internal sealed class LeaderDrain(IYugabyteTargets targets, YugabyteCluster cluster)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How long leaders may take to leave.</summary>
    public TimeSpan Timeout => KubernetesDuration.Parse(cluster.Spec.Drain.Timeout);

    /// <summary>Whether a server that keeps leaders is stopped all the same.</summary>
    public bool Proceeds => cluster.Spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed;

    /// <summary>Where the draining of a server stands in a view of the cluster.</summary>
    public DrainState Read(ClusterView view, DatabaseInstance instance)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(instance);
        return new DrainState(view.IsBlacklisted(cluster.Rpc(instance)), view.Tserver(cluster.Web(instance)) is { IsAlive: true } server ? server.Leaders : 0);
    }

    /// <summary>Puts a server into the blacklist.</summary>
    public Task BeginAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        cluster.Tool().ChangeLeaderBlacklistAsync(cluster.Rpc(instance), add: true, cancellationToken);

    /// <summary>What to say when leaders did not leave.</summary>
    public string Overdue(DatabaseInstance instance, ulong leaders)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return $"{leaders} tablet leaders did not leave {instance.Name} within {cluster.Spec.Drain.Timeout}; see {cluster.Vocabulary.TabletServersPage} of a master, raise spec.drain.timeout, or accept it with spec.drain.onTimeout: Proceed";
    }

    /// <summary>
    /// Sees to it, right before a server is stopped, that it still is without leaders: somebody may have taken it out
    /// of the blacklist, or the run may have rested in between. Waits for as long as draining may take.
    /// </summary>
    /// <param name="context">The step that stops it.</param>
    /// <param name="instance">The server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False if leaders did not leave and the spec accepts that.</returns>
    /// <exception cref="StepActionException">Leaders do not leave, and the spec does not accept that.</exception>
    public async Task<bool> EnsureAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var began = context.Time.GetUtcNow();
        while (true)
        {
            var (isEnough, state) = await LookAsync(context, instance, cancellationToken);
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
                if (Proceeds)
                {
                    return false;
                }

                throw new StepActionException(Reasons.DrainTimeout, Overdue(instance, state.Leaders), retryable: false);
            }

            await Task.Delay(Pause, context.Time, cancellationToken);
        }
    }

    /// <summary>
    /// The last look: whatever was asked since <see cref="EnsureAsync"/> took its time, and when another server dies
    /// its leaders are elected wherever there is a replica, in the blacklist or not.
    /// </summary>
    /// <param name="context">The step that stops it.</param>
    /// <param name="instance">The server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StepActionException">Leaders have come back; nothing was stopped.</exception>
    public async Task EnsureStillAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var (isEnough, state) = await LookAsync(context, instance, cancellationToken);
        if (!isEnough)
        {
            var what = state.IsBlacklisted ? $"{state.Leaders} tablet leaders have come back to it" : "somebody took it out of the leader blacklist";
            throw new StepActionException(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped: {what}") { NotTaken = true };
        }
    }

    private async Task<(bool IsEnough, DrainState State)> LookAsync(StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var state = Read(await cluster.ReadAsync(cancellationToken), instance);
        var accepted = context.OptionalParameter(YugabyteKeys.Replicas) == "1"
            || (state.IsBlacklisted && context.Recorded(YugabyteStepIds.Drain(context.Step.Phase, instance.Name), YugabyteKeys.LeadersLeft) is not null);
        return (state.IsDrained || accepted, state);
    }
}
