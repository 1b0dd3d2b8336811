namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies that a tablet server that was started is healthy (docs/research/yugabytedb.md#procedure): its
/// process runs the wanted program and reports the wanted version, all its tablets run, and the SQL interfaces answer
/// that answered before the upgrade. Then removes it from the leader blacklist and waits until its followers have
/// caught up and no tablet is under-replicated or without a leader; all of that for spec.settle. The status ALIVE of
/// the master alone proves nothing.</summary>
/// <param name="Sql">In a rollback: the SQL interfaces that the upgrade recorded; null otherwise.</param>
internal sealed record VerifyTserver(string? Sql = null) : TserverStep
{
    private InstanceHealth Health => new(Targets, Cluster);

    private readonly SettleClock _settled = new();
    private readonly SettleEnd _end = new();

    protected override async Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var change = Change(context, instance);
        var problems = await Health.ProcessProblemsAsync(instance, process, change, cancellationToken);
        if (problems.Count == 0)
        {
            problems = await Health.TabletProblemsAsync(instance, cancellationToken);
        }

        if (problems.Count == 0)
        {
            problems = await new SqlBaseline(Cluster).ProblemsAsync(
                context.Plan, [instance], others: false, cancellationToken);
        }

        if (problems.Count == 0)
        {
            problems = await new SqlListeners(Targets).ProblemsAsync(
                instance, process, SqlBaseline.Ports(context.Plan, instance), cancellationToken);
        }

        if (problems.Count > 0)
        {
            return await NotHealthyAsync(context, instance, problems, cancellationToken);
        }

        ClusterView view;
        try
        {
            view = await Cluster.ReadAsync(cancellationToken);
        }
        catch (TargetException exception)
        {
            return await NotHealthyAsync(context, instance, [exception.Message], cancellationToken);
        }

        if (view.IsBlacklisted(Cluster.Rpc(instance)))
        {
            return new Observation.NotStarted("The server is ready for leaders.");
        }

        var beside = new TserverGroup(Cluster).Others(context.Plan, context.Step.Phase, instance);
        problems = await Health.TserverProblemsAsync(context.Plan, instance, beside, process, view, cancellationToken);
        if (problems.Count > 0)
        {
            return await NotHealthyAsync(context, instance, problems, cancellationToken);
        }

        var healthy = _settled.Healthy(process, context.Time.GetUtcNow());
        _end.Settles(context.Time.GetUtcNow() + Cluster.Settle - healthy);
        return healthy >= Cluster.Settle
            ? new Observation.Done()
            : new Observation.Running(
                $"{instance.Name} is healthy. Waiting until it has been healthy for {Cluster.Spec.Settle}.");
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        var pause = _end.Pause(PauseAfter(context.Waited), context.Time.GetUtcNow());
        return Task.Delay(pause, context.Time, cancellationToken);
    }

    protected override Task ExecuteAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        ReleaseAsync(instance, cancellationToken);

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
            : new Observation.Failed(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} is not healthy after {KubernetesDuration.Format(Elapsed(context))}. "
                + $"{string.Join(" ", problems)} Its log is on {instance.Host}. Fix the cause, then retry."
                + await Health.LogAsync(instance, cancellationToken));
    }
}
