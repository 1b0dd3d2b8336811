using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Stops a drained tablet server, puts the other program in its place and starts it
/// (docs/research/yugabytedb.md#procedure). The state of the cluster is read again right before the stop, and a server
/// whose leaders have come back is drained again first.
/// </summary>
internal sealed class SwapTserver : TserverStep
{
    private readonly LeaderDrain _drain;
    private readonly ClusterGate _gate;
    private readonly InstanceSwap _swap;

    /// <summary>Binds it.</summary>
    public SwapTserver(IYugabyteTargets targets)
        : base(targets) => (_drain, _gate, _swap) = (new LeaderDrain(targets, Cluster), new ClusterGate(Cluster), new InstanceSwap(targets));

    /// <inheritdoc />
    protected override async Task<Observation> SeeAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        switch (InstanceSwap.Read(process, Change(context, instance)))
        {
            case SwapState.Done:
                return new Observation.Done();
            case SwapState.Unreadable:
                return new Observation.Unknown($"{instance.Name} runs as process {process.Pid} on {instance.Host}, and which program that is cannot be read; become: Sudo in spec.access lets it be read");
            case SwapState.IsDown:
                return new Observation.NotStarted($"{instance.Name} does not run");
        }

        var problems = await ProblemsAsync(context, instance, rightBefore: false, cancellationToken);
        return problems.Count == 0 ? new Observation.NotStarted()
            : Elapsed(context) < YugabyteWork.GatePatience(Cluster.Spec) ? new Observation.Running($"waits until {instance.Name} may be stopped: {problems[0]}")
            : new Observation.Failed(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped, because {string.Join("; ", problems)}");
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var (host, change) = (Targets.Hosts.Instance(instance.Name), Change(context, instance));
        var process = await host.LookAsync(cancellationToken);
        var state = InstanceSwap.Read(process, change);
        if (state == SwapState.Done)
        {
            return;
        }

        if (state != SwapState.IsDown)
        {
            await _swap.EnsureCanSwapAsync(instance, process, change, Cluster.Vocabulary.TserverProgram, cancellationToken);
            var isDrained = process.Supervision != SupervisionState.Restarting && await _drain.EnsureAsync(context, instance, cancellationToken);

            // The last look before the stop, as near to it as can be.
            var problems = await ProblemsAsync(context, instance, rightBefore: true, cancellationToken);
            if (problems.Count > 0)
            {
                throw new StepActionException(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped: {problems[0]}") { NotTaken = true };
            }

            if (isDrained)
            {
                await _drain.EnsureStillAsync(context, instance, cancellationToken);
            }
        }

        await _swap.StopAsync(instance, cancellationToken);
        await _swap.StartOtherAsync(instance, change, cancellationToken);
    }

    private Task<IReadOnlyList<string>> ProblemsAsync(StepContext context, DatabaseInstance instance, bool rightBefore, CancellationToken cancellationToken) =>
        _gate.StopProblemsAsync(instance, AdminFacts.NodesSafe(context), context.OptionalParameter(YugabyteKeys.Replicas) is not null, rightBefore, cancellationToken);
}
