using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Stops one master, puts the other program in its place and starts it (docs/research/yugabytedb.md#procedure), the
/// leader last.
/// <para> Which master is next is level-based: it is read from the world each time and not laid down in the plan. First
/// comes one that already runs the wanted program, which is only counted; then one that does not run, because it is
/// half way, or missing anyway; then, in the order of the spec, one that does not lead; and the leader only when no
/// other is left. Who leads is asked of every master before each, and once more right before the stop: one that has
/// become leader since is let go again, and another is taken. The step has written down whom it took before it touches
/// it, so after a kill it goes on with the same; the steps of the phase run strictly one after the other, so no two
/// masters are ever down at once by us.
/// </para>
/// </summary>
internal sealed class SwapMaster : YugabyteStep
{
    private readonly ClusterGate _gate;
    private readonly InstanceSwap _swap;

    /// <summary>Binds it.</summary>
    public SwapMaster(IYugabyteTargets targets)
        : base(targets) => (_gate, _swap) = (new ClusterGate(Cluster), new InstanceSwap(targets));

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, Cluster);
        var (next, state) = await ChooseAsync(slots, cancellationToken);
        switch (state)
        {
            case SwapState.Done:
                return new Observation.Done(next.Name, Fact(YugabyteKeys.Instance, next.Name));
            case SwapState.Unreadable:
                return new Observation.Unknown($"{next.Name} runs on {next.Host}, and which program that is cannot be read; become: Sudo in spec.access lets it be read");
            case SwapState.IsDown:
                return new Observation.NotStarted($"{next.Name} does not run");
        }

        var problems = await ProblemsAsync(context, next, rightBefore: false, cancellationToken);
        if (problems.Count == 0)
        {
            return new Observation.NotStarted();
        }

        return Elapsed(context) < YugabyteWork.GatePatience(Cluster.Spec)
            ? new Observation.Running($"waits until {next.Name} may be stopped: {problems[0]}")
            : throw new StepActionException(Reasons.ClusterUnhealthy, $"{next.Name} was not stopped, because {string.Join("; ", problems)}", retryable: false);
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var (next, _) = await ChooseAsync(new MasterSlots(context, Cluster), cancellationToken);
            return Fact(YugabyteKeys.Instance, next.Name);
        }
        catch (Exception exception) when (Refusal(exception) is not null)
        {
            throw Refusal(exception)!;
        }
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, Cluster);
        var instance = Cluster.Instance(slots.Taken ?? throw new KeyNotFoundException($"Step {context.Step.Id} has not written down which master it takes."));
        var change = slots.Change(instance);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var state = InstanceSwap.Read(process, change);
        if (state == SwapState.Done)
        {
            return;
        }

        if (state != SwapState.IsDown)
        {
            await _swap.EnsureCanSwapAsync(instance, process, change, Cluster.Vocabulary.MasterProgram, cancellationToken);
            var (next, _) = await ChooseAsync(slots, cancellationToken);
            if (next != instance)
            {
                throw new StepActionException(Reasons.ClusterUnhealthy, $"{instance.Name} has become leader and goes last; {next.Name} is next") { NotTaken = true };
            }

            // The last look before the stop, as near to it as can be.
            var problems = await ProblemsAsync(context, instance, rightBefore: true, cancellationToken);
            if (problems.Count > 0)
            {
                throw new StepActionException(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped: {problems[0]}") { NotTaken = true };
            }
        }

        await _swap.StopAsync(instance, cancellationToken);
        await _swap.StartOtherAsync(instance, change, cancellationToken);
    }

    private async Task<(DatabaseInstance Next, SwapState State)> ChooseAsync(MasterSlots slots, CancellationToken cancellationToken)
    {
        var left = slots.Left;
        var seen = await YugabyteCluster.EachAsync(
            left,
            async (master, token) => (Master: master, State: await StateAsync(slots, master, token)),
            cancellationToken);

        // Whom this step touched it keeps.
        if (slots.Taken is { } taken && seen.FirstOrDefault(s => s.Master.Name == taken) is { Master: not null, State: SwapState.IsDown or SwapState.Done } touched)
        {
            return touched;
        }

        foreach (var state in (ReadOnlySpan<SwapState>)[SwapState.Done, SwapState.IsDown, SwapState.Unreadable])
        {
            if (seen.FirstOrDefault(s => s.State == state) is { Master: not null } first)
            {
                return first;
            }
        }

        if (seen.Count == 0)
        {
            throw new KeyNotFoundException("No master is left for this step; the stored plan does not fit.");
        }

        if (seen.Count == 1)
        {
            return seen[0];
        }

        DatabaseInstance? leader;
        try
        {
            var address = await Cluster.LeaderAsync(cancellationToken);
            leader = Cluster.Masters.FirstOrDefault(m => Cluster.Web(m) == address);
        }
        catch (ClusterTroubleException)
        {
            // Nobody is stopped without a leader: the gate says so.
            leader = null;
        }

        return seen.First(s => s.Master != leader);
    }

    private async Task<SwapState> StateAsync(MasterSlots slots, DatabaseInstance master, CancellationToken cancellationToken) =>
        InstanceSwap.Read(await Targets.Hosts.Instance(master.Name).LookAsync(cancellationToken), slots.Change(master));

    private Task<IReadOnlyList<string>> ProblemsAsync(StepContext context, DatabaseInstance instance, bool rightBefore, CancellationToken cancellationToken) =>
        _gate.StopProblemsAsync(instance, AdminFacts.NodesSafe(context), context.OptionalParameter(YugabyteKeys.Outage) is not null, rightBefore, cancellationToken);
}
