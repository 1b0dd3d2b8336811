namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies that the master that the previous step started is healthy (docs/research/yugabytedb.md#procedure):
/// its process runs the wanted program and reports the wanted version, all masters are alive with one leader, and the
/// cluster is healthy; all of that for spec.settle. After the last master this is also the wait for a leader, without
/// which the leader blacklist cannot be written (docs/research/yugabytedb.md#known-failures).</summary>
/// <param name="Slot">The position in the phase, from 1.</param>
internal sealed record VerifyMaster(int Slot) : YugabyteStep, IWaitsOnly
{
    private InstanceHealth Health => new(Targets, Cluster);

    private readonly SettleClock _settled = new();
    private readonly SettleEnd _end = new();

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, Slot, Cluster);
        if (slots.Taken is null && slots.Left.Count == 0)
        {
            return new Observation.Done("The step before it took no master.");
        }

        var instance = Cluster.Instance(slots.Taken ?? throw new KeyNotFoundException(
            $"No master was taken by the step before {context.Step.Id}; the stored plan does not fit."));
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var change = slots.Change(instance);
        var problems = await Health.ProcessProblemsAsync(instance, process, change, cancellationToken);
        if (problems.Count == 0)
        {
            problems = await InClusterAsync(context.Plan, instance, process, cancellationToken);
        }

        if (problems.Count > 0)
        {
            return await NotHealthyAsync(context, instance, problems, cancellationToken);
        }

        var healthy = _settled.Healthy(process, context.Time.GetUtcNow());
        _end.Settles(context.Time.GetUtcNow() + Cluster.Settle - healthy);
        return healthy >= Cluster.Settle
            ? new Observation.Done(instance.Name)
            : new Observation.Running(
                $"{instance.Name} is healthy. Waiting until it has been healthy for {Cluster.Spec.Settle}.");
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        var pause = _end.Pause(PauseAfter(context.Waited), context.Time.GetUtcNow());
        return Task.Delay(pause, context.Time, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> InClusterAsync(
        Plan plan, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        try
        {
            return Health.MasterProblems(plan, instance, process, await Cluster.ReadAsync(cancellationToken));
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    private async Task<Observation> NotHealthyAsync(
        StepContext context,
        DatabaseInstance instance,
        IReadOnlyList<string> problems,
        CancellationToken cancellationToken)
    {
        _settled.Forget();
        _end.Forget();
        return Elapsed(context) < YugabytePlanTraits.VerifyPatience(Cluster.Spec)
            ? new Observation.Running($"{instance.Name} is not healthy yet. {problems[0]}")
            : throw new StepActionException(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} is not healthy after {KubernetesDuration.Format(Elapsed(context))}. "
                + $"{string.Join(" ", problems)} See its log on {instance.Host}, fix the cause, then retry."
                + await Health.LogAsync(instance, cancellationToken),
                retryable: false);
    }
}
