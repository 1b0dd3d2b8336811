namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Stops one master, replaces its program and starts it (docs/research/yugabytedb.md#procedure), the leader last.
/// <para>
/// The plan does not say which master is next: it is read from the world each time. First comes a master that already
/// runs the wanted program, which is only counted; then a master that does not run, because its swap was interrupted or
/// for any other reason; then, in the order of the spec, a master that does not lead; and the leader only if no other
/// is left. Every master is asked whether it leads before each swap, and again immediately before the stop: a master
/// that has become leader since then is not stopped, and another one is taken. The step stores which master it takes
/// before it changes anything, so after a kill it continues with the same one. The steps of the phase run strictly one
/// after the other, so the upgrade never stops two masters at once.
/// </para>
/// </summary>
/// <param name="Slot">The position in the phase, from 1.</param>
/// <param name="Programs">On the first slot only: what is replaced by what on each master of the phase, by the name
/// of the master.</param>
/// <param name="Version">On the first slot of a rollback: the version to go to; null for toVersion.</param>
/// <param name="Outage">Whether an outage is expected, because there are fewer than three masters.</param>
/// <param name="NodesSafe">In a rollback: the form that the admin tool has; null reads the recorded one.</param>
internal sealed record SwapMaster(
    int Slot,
    Dictionary<string, ProgramReplacement>? Programs = null,
    string? Version = null,
    bool Outage = false,
    NodesSafeForm? NodesSafe = null) : YugabyteStep
{
    public const string InstanceKey = "instance";

    private ClusterGate Gate => new(Cluster);

    private InstanceSwap Swap => new(Targets);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, Slot, Cluster);
        if (slots.Left.Count == 0)
        {
            return new Observation.Done("No master is left for this step: spec.skip names those that are gone.");
        }

        var (next, state) = await ChooseAsync(slots, cancellationToken);
        switch (state)
        {
            case SwapState.Done:
                return new Observation.Done(next.Name, Entry(InstanceKey, next.Name));
            case SwapState.Unreadable:
                return new Observation.Unknown(
                    $"The program that {next.Name} runs on {next.Host} cannot be read. Set `become: Sudo` in "
                    + "spec.access.");
            case SwapState.IsDown:
                return new Observation.NotStarted($"{next.Name} does not run.");
        }

        var problems = await ProblemsAsync(context, next, rightBefore: false, cancellationToken);
        if (problems.Count == 0)
        {
            return new Observation.NotStarted();
        }

        return Elapsed(context) < YugabytePlanTraits.GatePatience(Cluster.Spec)
            ? new Observation.Running($"Waiting until {next.Name} may be stopped. {problems[0]}")
            : throw new StepActionException(
                Reasons.ClusterUnhealthy,
                $"{next.Name} was not stopped. {string.Join(" ", problems)} The operator waited "
                + $"{Cluster.Spec.Timeouts.Verify} (spec.timeouts.verify).",
                retryable: false);
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var slots = new MasterSlots(context, Slot, Cluster);
            var (next, _) = await ChooseAsync(slots, cancellationToken);
            return Entry(InstanceKey, next.Name);
        }
        catch (Exception exception) when (Failure(exception) is not null)
        {
            throw Failure(exception)!;
        }
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, Slot, Cluster);
        var instance = Cluster.Instance(slots.Taken ?? throw new KeyNotFoundException(
            $"The receipt of step {context.Step.Id} does not say which master it takes."));
        var change = slots.Change(instance);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var state = InstanceSwap.Read(process, change);
        if (state == SwapState.Done)
        {
            return;
        }

        if (state != SwapState.IsDown)
        {
            var program = Cluster.Vocabulary.MasterProgram;
            await Swap.EnsureCanSwapAsync(instance, process, change, program, cancellationToken);
            var (next, _) = await ChooseAsync(slots, cancellationToken);
            if (next != instance)
            {
                throw NotYet(
                    Reasons.ClusterUnhealthy,
                    $"{instance.Name} has become leader and is therefore swapped last; {next.Name} is next.");
            }

            // The last look before the stop, as close to it as possible.
            var problems = await ProblemsAsync(context, instance, rightBefore: true, cancellationToken);
            if (problems.Count > 0)
            {
                throw NotYet(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped. {problems[0]}");
            }
        }

        await Swap.StopAsync(instance, cancellationToken);
        await Swap.StartOtherAsync(instance, change, cancellationToken);
    }

    private async Task<(DatabaseInstance Next, SwapState State)> ChooseAsync(
        MasterSlots slots, CancellationToken cancellationToken)
    {
        var seen = await YugabyteCluster.EachAsync(
            slots.Left,
            async (master, token) => (Master: master, State: await StateAsync(slots, master, token)),
            cancellationToken);

        // A master that this step has stopped stays with this step.
        if (slots.Taken is { } taken
            && seen.FirstOrDefault(s => s.Master.Name == taken) is
            { Master: not null, State: SwapState.IsDown or SwapState.Done } touched)
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

        return seen.Count switch
        {
            0 => throw new KeyNotFoundException("No master is left for this step; the stored plan does not fit."),
            1 => seen[0],
            _ => await FollowerAsync(seen, cancellationToken),
        };
    }

    private async Task<(DatabaseInstance Next, SwapState State)> FollowerAsync(
        IReadOnlyList<(DatabaseInstance Master, SwapState State)> seen, CancellationToken cancellationToken)
    {
        DatabaseInstance? leader;
        try
        {
            var address = await Cluster.LeaderAsync(cancellationToken);
            leader = Cluster.Masters.FirstOrDefault(m => Cluster.Web(m) == address);
        }
        catch (ClusterUnhealthyException)
        {
            // The gate reports it: no master is stopped without a leader.
            leader = null;
        }

        return seen.First(s => s.Master != leader);
    }

    private async Task<SwapState> StateAsync(
        MasterSlots slots, DatabaseInstance master, CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(master.Name).LookAsync(cancellationToken);
        return InstanceSwap.Read(process, slots.Change(master));
    }

    private Task<IReadOnlyList<string>> ProblemsAsync(
        StepContext context,
        DatabaseInstance instance,
        bool rightBefore,
        CancellationToken cancellationToken)
    {
        var nodesSafe = NodesSafe ?? ProveAdminTool.NodesSafe(context.Plan);
        return Gate.StopProblemsAsync(
            context.Plan, new GatedStop(instance, nodesSafe), Outage, rightBefore, cancellationToken);
    }
}
