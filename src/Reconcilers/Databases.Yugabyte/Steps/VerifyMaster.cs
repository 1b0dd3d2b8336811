using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The master that the step before started is healthy (docs/research/yugabytedb.md#procedure): its process runs the
/// wanted program and says the wanted version, all masters are alive with one leader, and the cluster is well; and so
/// it stays for spec.settle. After the last one this is also the wait for a leader without which the leader blacklist
/// cannot be written (docs/research/yugabytedb.md#known-failures).
/// </summary>
internal sealed class VerifyMaster : YugabyteStep
{
    private readonly InstanceHealth _health;
    private readonly SettleClock _settled = new();

    /// <summary>Binds it.</summary>
    public VerifyMaster(IYugabyteTargets targets)
        : base(targets) => _health = new InstanceHealth(targets, Cluster);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var slots = new MasterSlots(context, Cluster);
        var instance = Cluster.Instance(slots.Taken ?? throw new KeyNotFoundException($"Step {context.Step.Id} has no master to look at; the stored plan does not fit."));
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var problems = await _health.ProcessProblemsAsync(instance, process, slots.Change(instance), cancellationToken);
        if (problems.Count == 0)
        {
            problems = await InClusterAsync(instance, process, cancellationToken);
        }

        if (problems.Count > 0)
        {
            return NotHealthy(context, instance, problems);
        }

        var healthy = _settled.Healthy(context.Step.Id, process, context.Time.GetUtcNow());
        return healthy >= Cluster.Settle
            ? new Observation.Done(instance.Name)
            : new Observation.Running($"{instance.Name} is healthy, settles until it has been so for {Cluster.Spec.Settle}");
    }

    private async Task<IReadOnlyList<string>> InClusterAsync(
        DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        try
        {
            return _health.MasterProblems(instance, process, await Cluster.ReadAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is ClusterTroubleException or ServiceException or YbAnswerException)
        {
            return [exception.Message];
        }
    }

    private Observation.Running NotHealthy(
        StepContext context, DatabaseInstance instance, IReadOnlyList<string> problems)
    {
        _settled.Forget(context.Step.Id);
        return Elapsed(context) < YugabyteWork.VerifyPatience(Cluster.Spec)
            ? new Observation.Running($"{instance.Name} is not healthy yet: {problems[0]}")
            : throw new StepActionException(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} is not healthy after {KubernetesDuration.Format(Elapsed(context))}: {string.Join("; ", problems)}. See its log on {instance.Host}; once it is healthy a retry goes on",
                retryable: false);
    }
}
