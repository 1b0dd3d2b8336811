using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// A tablet server that was started is healthy (docs/research/yugabytedb.md#procedure): its process runs the wanted
/// program and says the wanted version, all its tablets run. Then it is taken out of the leader blacklist; its
/// followers catch up, nothing is under-replicated or leaderless, and so it stays for spec.settle. That it is ALIVE to
/// the master proves nothing and is not enough.
/// </summary>
internal sealed class VerifyTserver : TserverStep
{
    private readonly InstanceHealth _health;
    private readonly SettleClock _settled = new();

    /// <summary>Binds it.</summary>
    public VerifyTserver(IYugabyteTargets targets)
        : base(targets) => _health = new InstanceHealth(targets, Cluster);

    /// <inheritdoc />
    protected override async Task<Observation> SeeAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (instance, id) = (Instance(context), context.Step.Id);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var problems = await _health.ProcessProblemsAsync(instance, process, Change(context, instance), cancellationToken);
        if (problems.Count == 0)
        {
            problems = await _health.TabletProblemsAsync(instance, cancellationToken);
        }

        if (problems.Count > 0)
        {
            return NotHealthy(context, instance, problems);
        }

        ClusterView view;
        try
        {
            view = await Cluster.ReadAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is ClusterTroubleException or ServiceException or YbAnswerException)
        {
            return NotHealthy(context, instance, [exception.Message]);
        }

        if (view.IsBlacklisted(Cluster.Rpc(instance)))
        {
            return new Observation.NotStarted("it is ready for leaders");
        }

        problems = await _health.TserverProblemsAsync(instance, process, view, cancellationToken);
        if (problems.Count > 0)
        {
            return NotHealthy(context, instance, problems);
        }

        var healthy = _settled.Healthy(id, process, context.Time.GetUtcNow());
        return healthy >= Cluster.Settle
            ? new Observation.Done()
            : new Observation.Running($"healthy, settles until it has been so for {Cluster.Spec.Settle}");
    }

    /// <inheritdoc />
    protected override Task WorkAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken) =>
        ReleaseAsync(instance, cancellationToken);

    private Observation NotHealthy(StepContext context, DatabaseInstance instance, IReadOnlyList<string> problems)
    {
        _settled.Forget(context.Step.Id);
        return Elapsed(context) < YugabyteWork.VerifyPatience(Cluster.Spec)
            ? new Observation.Running($"{instance.Name} is not healthy yet: {problems[0]}")
            : new Observation.Failed(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} is not healthy after {KubernetesDuration.Format(Elapsed(context))}: {string.Join("; ", problems)}. See its log on {instance.Host}; once it is healthy a retry goes on");
    }
}
