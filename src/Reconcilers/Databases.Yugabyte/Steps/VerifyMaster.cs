namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies that the master that the previous step started is healthy (docs/research/yugabytedb.md#procedure):
/// its process runs the wanted program and reports the wanted version, all masters are alive with one leader, and the
/// cluster is healthy; all of that for spec.settle. After the last master this is also the wait for a leader, without
/// which the leader blacklist cannot be written (docs/research/yugabytedb.md#known-failures).</summary>
internal sealed class VerifyMaster(IYugabyteTargets targets) : YugabyteStep<VerifyMaster.Args>(targets), IWaitsOnly
{
    private readonly InstanceHealth _health = new(targets, new YugabyteCluster(targets));
    private readonly SettleClock _settled = new();
    private readonly SettleEnds _ends = new();

    /// <param name="Slot">The position in the phase, from 1.</param>
    public sealed record Args(int Slot);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, args.Slot, Cluster);
        if (slots.Taken is null && slots.Left.Count == 0)
        {
            return new Observation.Done("The step before it took no master.");
        }

        var instance = Cluster.Instance(slots.Taken ?? throw new KeyNotFoundException(
            $"No master was taken by the step before {context.Step.Id}; the stored plan does not fit."));
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var change = slots.Change(instance);
        var problems = await _health.ProcessProblemsAsync(instance, process, change, cancellationToken);
        if (problems.Count == 0)
        {
            problems = await InClusterAsync(context.Plan, instance, process, cancellationToken);
        }

        if (problems.Count > 0)
        {
            return await NotHealthyAsync(context, instance, problems, cancellationToken);
        }

        var healthy = _settled.Healthy(context.Step.Id, process, context.Time.GetUtcNow());
        _ends.Settles(context.Step.Id, context.Time.GetUtcNow() + Cluster.Settle - healthy);
        return healthy >= Cluster.Settle
            ? new Observation.Done(instance.Name)
            : new Observation.Running(
                $"{instance.Name} is healthy. Waiting until it has been healthy for {Cluster.Spec.Settle}.");
    }

    protected override Task WaitAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var pause = _ends.Pause(context.Step.Id, PauseAfter(context.Waited), context.Time.GetUtcNow());
        return Task.Delay(pause, context.Time, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> InClusterAsync(
        Plan plan, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        try
        {
            return _health.MasterProblems(plan, instance, process, await Cluster.ReadAsync(cancellationToken));
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
        _settled.Forget(context.Step.Id);
        _ends.Forget(context.Step.Id);
        return Elapsed(context) < YugabytePlanTraits.VerifyPatience(Cluster.Spec)
            ? new Observation.Running($"{instance.Name} is not healthy yet. {problems[0]}")
            : throw new StepActionException(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} is not healthy after {KubernetesDuration.Format(Elapsed(context))}. "
                + $"{string.Join(" ", problems)} See its log on {instance.Host}, fix the cause, then retry."
                + await _health.LogAsync(instance, cancellationToken),
                retryable: false);
    }
}
