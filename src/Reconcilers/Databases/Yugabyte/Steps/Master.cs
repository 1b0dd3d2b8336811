namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Stops one master, replaces its program and starts it (docs/project/research/yugabytedb.md#procedure), the leader
/// last. <para>
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
[Effect(Effect.Changes)]
[Effect(Effect.EndsUndo)]
internal sealed record SwapMaster(
    int Slot, Dictionary<string, ProgramReplacement>? Programs = null, string? Version = null, bool Outage = false,
    NodesSafeForm? NodesSafe = null) : YugabyteStep, IInstanceStep, IConsent
{
    public const string InstanceKey = "instance";

    /// <summary>How many masters the phase has; only its title says it.</summary>
    internal int Count { get; init; }

    internal override string Verb => $"{Slot}/swap";
    internal override int Attempts => 3;

    internal override string Title(string? node) => $"Swap {MasterSlots.Name(Slot, Count)}";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        GatePatience(spec) + KubernetesDuration.Parse(spec.Timeouts.Swap) + Margin;

    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) => [SwapConsent.Of(Outage, "master")];

    string? IInstanceStep.InstanceOf(PlanProgress plan, Step own) => InstanceSwap.InstanceOf(own);

    public static ProgramReplacement? Replacement(PlanProgress plan, Step swap) =>
        InstanceSwap.InstanceOf(swap) is { } name
        ? plan.Step<SwapMaster>(phase: swap.Phase)!.As<SwapMaster>().Programs?.GetValueOrDefault(name)
        : null;

    internal override YugabyteUndo? Undo(DatabaseRollingUpgradeSpec spec, PlanProgress done, Step own) =>
        InstanceSwap.InstanceOf(own) is { } name
        && ProgramReplacement.Back(spec, done, name, Replacement(done, own)) is { } back
            ? new YugabyteUndo(
                DatabaseRollingUpgradePhases.RollbackMasters, name,
                new SwapMaster(
                    1,
                    new Dictionary<string, ProgramReplacement>(StringComparer.Ordinal) { [name] = back },
                    spec.FromVersion,
                    Outage: spec.Instances.Count(i => i.Component == DatabaseComponent.Master) < 3,
                    ProveAdminTool.NodesSafe(done)),
                back)
            : null;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, Slot, Cluster);
        if (slots.Left.Count == 0)
        {
            return new Observation.Done("No master is left for this step: spec.removedInstances names those that are "
                + "gone.");
        }

        var (next, process) = await ChooseAsync(slots, cancellationToken);
        var (goal, state) = (slots.Goal(next), InstanceSwap.Read(process, slots.Goal(next)));
        var done = new Observation.Done(next.Name, Entry(InstanceKey, next.Name));
        return InstanceSwap.Look(next, state, "", done) ?? WithoutRetry(new InstanceSwap(Cluster).Judge(
            next, process, goal, await ProblemsAsync(context, next, rightBefore: false, cancellationToken),
            Elapsed(context)));
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var (next, _) = await ChooseAsync(new MasterSlots(context, Slot, Cluster), cancellationToken);
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
        await new InstanceSwap(Cluster).ReplaceAsync(
            instance, slots.Goal(instance), _ => EnsureMayStopAsync(), cancellationToken);

        async Task EnsureMayStopAsync()
        {
            var (next, _) = await ChooseAsync(slots, cancellationToken);
            if (next != instance)
            {
                throw NotYet(
                    Reasons.ClusterUnhealthy,
                    $"{instance.Name} has become leader and is therefore swapped last; {next.Name} is next.");
            }

            var problems = await ProblemsAsync(context, instance, rightBefore: true, cancellationToken);
            if (problems.Count > 0)
            {
                throw NotYet(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped. {problems[0]}");
            }
        }
    }

    private async Task<(DatabaseInstance Next, InstanceProcess Process)> ChooseAsync(
        MasterSlots slots, CancellationToken cancellationToken)
    {
        var seen = await SideBySide.EachAsync(
            slots.Left,
            async (master, token) =>
            {
                var process = await Cluster.Hosts.Instance(master.Name).LookAsync(token);
                return (Master: master, Process: process, State: InstanceSwap.Read(process, slots.Goal(master)));
            },
            cancellationToken);

        // A master that this step has stopped stays with this step.
        if (slots.Taken is { } taken
            && seen.FirstOrDefault(s => s.Master.Name == taken) is
            { Master: not null, State: SwapState.IsDown or SwapState.Done } touched)
        {
            return (touched.Master, touched.Process);
        }

        foreach (var state in (ReadOnlySpan<SwapState>)[SwapState.Done, SwapState.IsDown, SwapState.Unreadable])
        {
            if (seen.FirstOrDefault(s => s.State == state) is { Master: not null } first)
            {
                return (first.Master, first.Process);
            }
        }

        return seen.Count switch
        {
            0 => throw new KeyNotFoundException("No master is left for this step; the stored plan does not fit."),
            1 => (seen[0].Master, seen[0].Process),
            _ => await FollowerAsync(seen, cancellationToken),
        };
    }

    private async Task<(DatabaseInstance Next, InstanceProcess Process)> FollowerAsync(
        IReadOnlyList<(DatabaseInstance Master, InstanceProcess Process, SwapState State)> seen,
        CancellationToken cancellationToken)
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

        var next = seen.First(s => s.Master != leader);
        return (next.Master, next.Process);
    }

    private Task<IReadOnlyList<string>> ProblemsAsync(
        StepContext context, DatabaseInstance instance, bool rightBefore, CancellationToken cancellationToken)
    {
        var stop = new GatedStop(instance, NodesSafe ?? ProveAdminTool.NodesSafe(context.Plan))
        {
            Former = NodesSafe is null ? null : new MasterSlots(context, Slot, Cluster).Goal(instance).Directory,
        };
        return new ClusterGate(Cluster).StopProblemsAsync(
            context.Plan, stop, Outage, rightBefore, cancellationToken);
    }
}

/// <summary>Verifies that the master that the previous step started is healthy
/// (docs/project/research/yugabytedb.md#procedure): its process runs the wanted program and reports the wanted version,
/// all masters are alive with one leader, and the cluster is healthy; all of that for spec.minHealthySeconds. After the
/// last master this is also the wait for a leader, without which the leader blacklist cannot be written
/// (docs/project/research/yugabytedb.md#known-failures).</summary>
/// <param name="Slot">The position in the phase, from 1.</param>
internal sealed record VerifyMaster(int Slot) : YugabyteStep, IWaitsOnly, IInstanceStep
{
    /// <summary>How many masters the phase has; only its title says it.</summary>
    internal int Count { get; init; }

    internal override string Verb => $"{Slot}/verify";
    internal override int Attempts => 1;

    internal override string Title(string? node) => $"Verify {MasterSlots.Name(Slot, Count)}";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) => VerifyPatience(spec) + Margin;

    string? IInstanceStep.InstanceOf(PlanProgress plan, Step own) =>
        plan.Step(own.After.FirstOrDefault() ?? "")?.Recorded(SwapMaster.InstanceKey);

    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        WaitingLooks.ObserveAsync(context, lookAge => ObserveAsync(context, lookAge, cancellationToken));

    private async Task<(Observation, TimeSpan?)> ObserveAsync(
        StepContext context, TimeSpan? lookAge, CancellationToken cancellationToken)
    {
        HealthyTime.Of(context).BeginLook();
        var slots = new MasterSlots(context, Slot, Cluster);
        if (slots.Taken is null && slots.Left.Count == 0)
        {
            return (new Observation.Done("The step before it took no master."), null);
        }

        var instance = Cluster.Instance(slots.Taken ?? throw new KeyNotFoundException(
            $"No master was taken by the step before {context.Step.Id}; the stored plan does not fit."));
        var process = await Cluster.Hosts.Instance(instance.Name).LookAsync(lookAge, cancellationToken);
        var problems = await InstanceHealth.ProcessProblemsAsync(
            Cluster, instance, process, slots.Goal(instance), cancellationToken);
        var runs = problems.Count == 0;
        if (runs)
        {
            problems = await InClusterAsync(context.Plan, instance, process, cancellationToken);
        }

        var seen = problems.Count == 0
            ? InstanceHealth.Healthy(context, Cluster, instance, process, instance.Name)
            : WithoutRetry(await InstanceHealth.NotHealthyAsync(
                Cluster, instance, process, problems, Elapsed(context),
                $"See its log on {instance.Host}, fix the cause, then retry.", cancellationToken));
        return (seen, WaitingLooks.Age(seen, runs, Cluster.Settle));
    }

    // Empty once the others have it among them and all of the cluster is well.
    private Task<IReadOnlyList<string>> InClusterAsync(
        PlanProgress plan, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken) =>
        Asking.ProblemsAsync(async () =>
        {
            var view = await Cluster.ReadAsync(cancellationToken);
            if (view.Master(Cluster.Rpc(instance)) is not { IsAlive: true } seen)
            {
                return ["The leading master does not list it as alive."];
            }

            // Both moments are of that host's own clock.
            var known = seen.StartTimeMicroseconds is { } start
                ? DateTimeOffset.UnixEpoch.AddTicks(start * TimeSpan.TicksPerMicrosecond)
                : (DateTimeOffset?)null;
            return known < process.StartedAt - InstanceHealth.Slack
                ? ["The leading master still lists its former process."]
                : view.ProblemsOfRun(Cluster, plan);
        });
}

/// <summary>The masters of a phase; each pair of steps takes one of them. The plan cannot say which one, because the
/// leader goes last and leadership may move at any time. The step stores it in its receipt before it acts. What is
/// replaced by what on each master is an argument of the first step of the phase.</summary>
/// <param name="slot">Its position in the phase, from 1.</param>
internal sealed class MasterSlots(StepContext context, int slot, YugabyteCluster cluster)
{
    private readonly SwapMaster _first =
        context.Plan.Step<SwapMaster>(phase: context.Step.Phase)?.As<SwapMaster>()
        ?? throw new KeyNotFoundException(
            $"The plan has no swap of a master in {context.Step.Phase}; the stored plan does not fit.");

    public string? Taken => context.Step.Is<SwapMaster>() ? context.Receipt(SwapMaster.InstanceKey) : TakenBy(slot);

    public IReadOnlyList<DatabaseInstance> Left
    {
        get
        {
            var taken = Enumerable.Range(1, slot - 1)
                .Select(TakenBy)
                .OfType<string>()
                .ToHashSet(StringComparer.Ordinal);
            return [.. cluster.Masters.Where(m => Programs.ContainsKey(m.Name) && !taken.Contains(m.Name))];
        }
    }

    private Dictionary<string, ProgramReplacement> Programs => _first.Programs ?? [];

    public static string Name(int slot, int count) =>
        $"master {slot} of {count}{(slot == count && count > 1 ? " (the leader)" : "")}";

    public InstanceGoal Goal(DatabaseInstance master) =>
        (Programs.GetValueOrDefault(master.Name) ?? new ProgramReplacement()).Goal(
            context.Plan, cluster.Spec, master, _first.Version);

    private string? TakenBy(int other) => context.Plan.Steps
        .Find(s => s.Is<SwapMaster>() && s.Phase == context.Step.Phase && s.As<SwapMaster>().Slot == other)
        ?.Recorded(SwapMaster.InstanceKey);
}
