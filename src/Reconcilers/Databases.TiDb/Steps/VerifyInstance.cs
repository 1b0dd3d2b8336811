using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// An instance counts as upgraded once its one process runs the new program, listens, the cluster takes it for healthy,
/// and all that has stayed so for spec.settle without a restart in between: a process that ends and is started again
/// every few seconds looks up between two looks (docs/research/tidb.md#tidb-ansible). One that does not run is started.
/// </summary>
internal abstract class VerifyInstance(ITiDbTargets targets) : TiDbStep(targets)
{
    // A start time is known to within a second.
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    // So many restarts by its supervisor within the time to settle are no accident.
    private const int TooManyRestarts = 3;

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (await OnHostAsync(context, instance, process, cancellationToken) is { } notYet)
        {
            return notYet;
        }

        if (await InClusterAsync(context, instance, process, cancellationToken) is { } missing)
        {
            return missing;
        }

        var left = KubernetesDuration.Parse(Spec.Settle) - await HealthyForAsync(context, instance, process, cancellationToken);
        return left > TimeSpan.Zero
            ? new Observation.Running($"healthy; {KubernetesDuration.Format(left)} of {Spec.Settle} to go")
            : new Observation.Done();
    });

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var host = Targets.Hosts.Instance(instance.Name);
        if (!(await host.LookAsync(cancellationToken)).IsAlive)
        {
            await host.StartAsync(Spec.Package.Directory, cancellationToken);
        }
    }

    /// <summary>
    /// What the cluster says: null if it takes the instance for healthy on the new version, else what is still waited
    /// for, or has to be done.
    /// </summary>
    /// <param name="context">The step.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="process">Its process.</param>
    /// <param name="cancellationToken">Cancels.</param>
    protected abstract Task<Observation?> InClusterAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken);

    private async Task<Observation?> OnHostAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var restarts = process.Restarts ?? 0;
        if (restarts >= TooManyRestarts && await HealthyForAsync(context, instance, process, cancellationToken) < KubernetesDuration.Parse(Spec.Settle))
        {
            return new Observation.Failed(
                Reasons.InstanceUnhealthy,
                string.Create(CultureInfo.InvariantCulture, $"{instance.Name} on {instance.Host} was restarted {restarts} times by its supervisor and does not stay up ({process.SupervisionText}); look at its log below {instance.DeployDir}/log, put the cause right, then retry"));
        }

        if (process.Pid is null)
        {
            return process.Supervision == SupervisionState.Restarting
                ? new Observation.Running($"it is being restarted by its supervisor ({process.SupervisionText})")
                : new Observation.NotStarted($"{instance.Name} on {instance.Host} does not run ({process.SupervisionText}); see its log below {instance.DeployDir}/log");
        }

        if (!InstanceLooks.RunsNew(process, InstanceLooks.NewSha256(Targets, context.Plan, instance)))
        {
            return new Observation.Failed(Reasons.InstanceUnhealthy, $"{instance.Name} on {instance.Host} runs another program ({process.Executable}) than that of {Spec.ToVersion}: somebody started it. Stop it, then retry");
        }

        if (process.Strays.Count > 0)
        {
            return new Observation.Failed(
                Reasons.ProcessLivesOn,
                $"beside {instance.Name} on {instance.Host} lives {string.Join(", ", process.Strays.Select(s => $"pid {s.Pid} ({s.Executable})"))}; end what is not pid {process.Pid}, then retry");
        }

        return process.IsListening ? null : new Observation.Running($"it does not listen on {Spec.Service(instance).Port} yet");
    }

    // Since the later of: the process was started, by the clock of its host; the step before saw it started, by ours.
    private async Task<TimeSpan> HealthyForAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var swap = context.Plan.Steps.Find(s => s.Id == TiDbStepIds.Swap(instance));
        if (process.StartedAt is not { } started)
        {
            return now - (swap?.FinishedAt ?? now);
        }

        if (Moments.Parse(swap?.Recorded(SwapInstance.StartedAtFact)) is { } same && (same - started).Duration() <= Grain && swap?.FinishedAt is { } seen)
        {
            return now - seen;
        }

        return now + await Targets.Hosts.Files(instance.Host).ClockOffsetAsync(cancellationToken) - started;
    }
}
