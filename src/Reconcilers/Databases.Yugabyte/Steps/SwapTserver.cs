namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Stops a drained tablet server, replaces its program and starts it (docs/research/yugabytedb.md#procedure).
/// The state of the cluster is read again immediately before the stop; a server that has leaders again is drained again
/// first.</summary>
/// <param name="Program">What is replaced by what; null, together with Version, if that is the same as on the first
/// tablet server of the phase: two plans of 300 servers must fit one object.</param>
/// <param name="Version">In a rollback: the version to go to; null for toVersion.</param>
/// <param name="Replicas">The replication factor if it is below three: an outage is expected, and leaders that
/// cannot move are not waited for. Null otherwise.</param>
/// <param name="NodesSafe">In a rollback: the form that the admin tool has; null reads the recorded one.</param>
internal sealed record SwapTserver(
    ProgramReplacement? Program = null,
    string? Version = null,
    int? Replicas = null,
    NodesSafeForm? NodesSafe = null) : TserverStep
{
    private LeaderDrain Drain => new(Targets, Cluster);

    private ClusterGate Gate => new(Cluster);

    private InstanceSwap Swap => new(Targets);

    public static (ProgramReplacement Program, string? Version) Replacement(Plan plan, PlanStep swap)
    {
        var named = swap.As<SwapTserver>();
        if (named.Program is null)
        {
            named = plan.Steps.Find(s => s.Is<SwapTserver>() && s.Phase == swap.Phase)!.As<SwapTserver>();
        }

        return (named.Program ?? new ProgramReplacement(), named.Version);
    }

    protected override async Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        switch (InstanceSwap.Read(process, Change(context, instance)))
        {
            case SwapState.Done:
                return new Observation.Done();
            case SwapState.Unreadable:
                return new Observation.Unknown(
                    $"The program that {instance.Name} runs on {instance.Host} (pid {process.Pid}) cannot be read. Set "
                    + "`become: Sudo` in spec.access.");
            case SwapState.IsDown:
                return new Observation.NotStarted($"{instance.Name} does not run.");
        }

        var problems = await ProblemsAsync(context, instance, rightBefore: false, cancellationToken);
        if (problems.Count == 0)
        {
            return new Observation.NotStarted();
        }

        return Elapsed(context) < YugabytePlanTraits.GatePatience(Cluster.Spec)
            ? new Observation.Running($"Waiting until {instance.Name} may be stopped. {problems[0]}")
            : new Observation.Failed(
                Reasons.ClusterUnhealthy,
                $"{instance.Name} was not stopped. {string.Join(" ", problems)} The operator waited "
                + $"{Cluster.Spec.Timeouts.Verify} (spec.timeouts.verify).");
    }

    protected override async Task ExecuteAsync(
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
            var program = Cluster.Vocabulary.TserverProgram;
            await Swap.EnsureCanSwapAsync(instance, process, change, program, cancellationToken);
            var isDrained = process.Supervision != SupervisionState.Restarting
                && await Drain.EnsureAsync(context, instance, Replicas, cancellationToken);

            // The last look before the stop, as close to it as possible.
            var problems = await ProblemsAsync(context, instance, rightBefore: true, cancellationToken);
            if (problems.Count > 0)
            {
                throw NotYet(Reasons.ClusterUnhealthy, $"{instance.Name} was not stopped. {problems[0]}");
            }

            if (isDrained)
            {
                await Drain.EnsureStillAsync(context, instance, Replicas, cancellationToken);
            }
        }

        await Swap.StopAsync(instance, cancellationToken);
        await Swap.StartOtherAsync(instance, change, cancellationToken);
    }

    private Task<IReadOnlyList<string>> ProblemsAsync(
        StepContext context,
        DatabaseInstance instance,
        bool rightBefore,
        CancellationToken cancellationToken)
    {
        var expectOutage = Replicas is not null;
        return Gate.StopProblemsAsync(
            context.Plan, Stop(context, instance), expectOutage, rightBefore, cancellationToken);
    }
}
