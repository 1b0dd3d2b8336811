using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// A tablet server gets no more leaders and gives away those it has, before it is stopped: clients then notice no more
/// than a change of leader each (docs/research/yugabytedb.md#yugabytedb-anywhere). The blacklist is written only while
/// the masters have a leader (docs/research/yugabytedb.md#known-failures) and all of the cluster is well. A server that
/// runs the wanted program already, or does not run at all, has nothing to give.
/// </summary>
internal sealed class DrainTserver : TserverStep
{
    private readonly LeaderDrain _drain;
    private readonly ClusterGate _gate;

    /// <summary>Binds it.</summary>
    public DrainTserver(IYugabyteTargets targets)
        : base(targets) => (_drain, _gate) = (new LeaderDrain(targets, Cluster), new ClusterGate(Cluster));

    /// <inheritdoc />
    protected override async Task<Observation> SeeAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (Change(context, instance).IsDone(process))
        {
            return new Observation.Done("it runs the wanted program already");
        }

        if (!process.IsAlive || process.Supervision == SupervisionState.Restarting)
        {
            return new Observation.Done($"it does not run ({process.SupervisionText})");
        }

        if (context.OptionalParameter(YugabyteKeys.Replicas) == "1")
        {
            return new Observation.Done("leaders of single replicas have nowhere to go");
        }

        var view = await Cluster.ReadAsync(cancellationToken);
        if (view.Tserver(Cluster.Web(instance)) is not { IsAlive: true })
        {
            return new Observation.Done("the master does not count it as alive, so it leads nothing");
        }

        var state = _drain.Read(view, instance);
        if (state.IsDrained)
        {
            return new Observation.Done();
        }

        return state.IsBlacklisted ? Draining(context, instance, state) : await NotYetAsync(context, instance, cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await _gate.DrainProblemsAsync(instance, rightBefore: true, cancellationToken);
        if (problems.Count > 0)
        {
            throw new StepActionException(Reasons.ClusterUnhealthy, problems[0]) { NotTaken = true };
        }

        Targets.EnsureMayAct();
        await _drain.BeginAsync(instance, cancellationToken);
    }

    private Observation Draining(StepContext context, DatabaseInstance instance, DrainState state)
    {
        if (Elapsed(context) < _drain.Timeout)
        {
            return new Observation.Running($"{state.Leaders} tablet leaders are left");
        }

        return _drain.Proceeds
            ? new Observation.Done(
                $"{state.Leaders} tablet leaders did not leave within {Cluster.Spec.Drain.Timeout}; the server is stopped all the same, as spec.drain.onTimeout: Proceed says",
                Fact(YugabyteKeys.LeadersLeft, state.Leaders.ToString(CultureInfo.InvariantCulture)))
            : new Observation.Failed(Reasons.DrainTimeout, _drain.Overdue(instance, state.Leaders));
    }

    private async Task<Observation> NotYetAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await _gate.DrainProblemsAsync(instance, rightBefore: false, cancellationToken);
        return problems.Count == 0 ? new Observation.NotStarted()
            : Elapsed(context) < YugabyteWork.GatePatience(Cluster.Spec) ? new Observation.Running($"waits until the cluster is well: {problems[0]}")
            : new Observation.Failed(Reasons.ClusterUnhealthy, $"{instance.Name} is not drained, because {string.Join("; ", problems)}");
    }
}
