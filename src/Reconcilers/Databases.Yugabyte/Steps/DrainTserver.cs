using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Moves all leaders off a tablet server and keeps new ones away, before the server is stopped: clients then only
/// notice one change of leader per tablet (docs/research/yugabytedb.md#yugabytedb-anywhere). The leader blacklist is
/// written only while the masters have a leader (docs/research/yugabytedb.md#known-failures) and the whole cluster is
/// healthy. A server that already runs the wanted program, or does not run, has no leaders to move.
/// </summary>
internal sealed class DrainTserver(IYugabyteTargets targets) : TserverStep<DrainTserver.Args>(targets)
{
    /// <summary>The number of leaders that did not leave in time, if spec.drain accepts that.</summary>
    public const string LeadersLeftFact = "leadersLeft";

    private readonly LeaderDrain _drain = new(targets, new YugabyteCluster(targets));
    private readonly ClusterGate _gate = new(new YugabyteCluster(targets));

    /// <param name="Replicas">The replication factor if it is below three; null otherwise.</param>
    public sealed record Args(int? Replicas = null);

    protected override async Task<Observation> ReadAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (Change(context, instance).IsDone(process))
        {
            return new Observation.Done("The server already runs the wanted program.");
        }

        if (!process.IsAlive || process.Supervision == SupervisionState.Restarting)
        {
            return new Observation.Done($"The server does not run ({process.SupervisionText}).");
        }

        if (args.Replicas == 1)
        {
            return new Observation.Done("With one replica, leaders cannot move.");
        }

        var view = await Cluster.ReadAsync(cancellationToken);
        if (view.Tserver(Cluster.Web(instance)) is not { IsAlive: true })
        {
            return new Observation.Done("The master does not list the server as ALIVE, so the server leads no tablet.");
        }

        var state = _drain.Read(view, instance);
        if (state.IsDrained)
        {
            return new Observation.Done();
        }

        return state.IsBlacklisted
            ? Draining(context, instance, state)
            : await NotYetAsync(context, instance, cancellationToken);
    }

    protected override async Task ExecuteAsync(
        StepContext context, Args args, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await _gate.DrainProblemsAsync(
            context.Plan, instance, rightBefore: true, cancellationToken);
        if (problems.Count > 0)
        {
            throw NotYet(Reasons.ClusterUnhealthy, $"{instance.Name} was not drained. {problems[0]}");
        }

        Targets.EnsureMayAct();
        await _drain.BeginAsync(instance, cancellationToken);
    }

    private Observation Draining(StepContext context, DatabaseInstance instance, DrainState state)
    {
        if (Elapsed(context) < _drain.Timeout)
        {
            return new Observation.Running($"{instance.Name} still leads {state.Leaders} tablets.");
        }

        return _drain.Proceeds
            ? new Observation.Done(
                $"{state.Leaders} tablet leaders did not leave within {_drain.Limit}; the server is "
                + "stopped nevertheless (spec.drain.onTimeout: Proceed).",
                Entry(LeadersLeftFact, state.Leaders.ToString(CultureInfo.InvariantCulture)))
            : new Observation.Failed(Reasons.DrainTimeout, _drain.Overdue(instance, state.Leaders));
    }

    private async Task<Observation> NotYetAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await _gate.DrainProblemsAsync(
            context.Plan, instance, rightBefore: false, cancellationToken);
        if (problems.Count == 0)
        {
            return new Observation.NotStarted();
        }

        return Elapsed(context) < YugabytePlanTraits.GatePatience(Cluster.Spec)
            ? new Observation.Running($"Waiting until the cluster is healthy. {problems[0]}")
            : new Observation.Failed(
                Reasons.ClusterUnhealthy, $"{instance.Name} was not drained. {string.Join(" ", problems)}");
    }
}
