using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Verifies that an instance is upgraded: its one process runs the new program and listens, the cluster considers it
/// healthy, and all of that was so for spec.settle without a restart. A process that exits and is restarted every few
/// seconds may look up at each observation (docs/research/tidb.md#tidb-ansible). An instance that is down is started.
/// </summary>
internal abstract class VerifyInstance<TArgs>(ITiDbTargets targets) : TiDbStep<TArgs>(targets)
    where TArgs : class
{
    // Start times are known to within a second.
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    // This many restarts by the supervisor within spec.settle are not a coincidence.
    private const int TooManyRestarts = 3;

    private TimeSpan Settle => KubernetesDuration.Parse(Spec.Settle);

    protected override Task<Observation> ObserveAsync(
        StepContext context, TArgs args, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (await OnHostAsync(context, instance, process, cancellationToken) is { } notYet)
        {
            return notYet;
        }

        if (await InClusterAsync(context, args, instance, process, cancellationToken) is { } missing)
        {
            return missing;
        }

        var left = Settle - await HealthyForAsync(context, instance, process, cancellationToken);
        return left > TimeSpan.Zero
            ? new Observation.Running(
                $"{instance.Name} is healthy; {KubernetesDuration.Format(left)} of spec.settle {Spec.Settle} left.")
            : new Observation.Done();
    });

    protected override async Task ExecuteAsync(StepContext context, TArgs args, CancellationToken cancellationToken)
    {
        var host = Targets.Hosts.Instance(Instance(context).Name);
        if (!(await host.LookAsync(cancellationToken)).IsAlive)
        {
            await host.StartAsync(Spec.Package.Directory, cancellationToken);
        }
    }

    /// <summary>
    /// The view of the cluster: null if it considers the instance healthy on the new version, otherwise what is missing
    /// or has to be done.
    /// </summary>
    protected abstract Task<Observation?> InClusterAsync(
        StepContext context,
        TArgs args,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken);

    private async Task<Observation?> OnHostAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var where = $"{instance.Name} on {instance.Host}";
        var log = $"{instance.DeployDir}/log";
        var restarts = process.Restarts ?? 0;
        if (restarts >= TooManyRestarts
            && await HealthyForAsync(context, instance, process, cancellationToken) < Settle)
        {
            return new Observation.Failed(Reasons.InstanceUnhealthy, string.Create(
                CultureInfo.InvariantCulture,
                $"{where} was restarted {restarts} times by its supervisor and does not stay up "
                + $"({process.SupervisionText}). Check its log below {log}, fix the cause, then retry."));
        }

        if (process.Pid is null)
        {
            return process.Supervision == SupervisionState.Restarting
                ? new Observation.Running($"{where} is being restarted by its supervisor ({process.SupervisionText}).")
                : new Observation.NotStarted(
                    $"{where} is not running ({process.SupervisionText}). Check its log below {log}.");
        }

        if (!InstancePrograms.RunsNew(process, InstancePrograms.NewSha256(Targets, context.Plan, instance)))
        {
            return new Observation.Failed(
                Reasons.InstanceUnhealthy,
                $"{where} runs {process.Executable}, which is not the program of {Spec.ToVersion}: it was started "
                + "from outside. Stop it, then retry.");
        }

        if (process.Strays.Count > 0)
        {
            return new Observation.Failed(
                Reasons.ProcessLivesOn,
                $"Unexpected processes run beside {where} (pid {process.Pid}): {SwapInstance.Strays(process)}. "
                + "Stop them, then retry.");
        }

        return process.IsListening
            ? null
            : new Observation.Running($"{where} does not listen on port {Spec.Service(instance).Port} yet.");
    }

    // Since the later of: the start of the process, by its host's clock; the end of the swap step, by the operator's.
    private async Task<TimeSpan> HealthyForAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var swap = context.Plan.Steps.Find(s => s.Id == TiDbStepIds.Swap(instance));
        if (process.StartedAt is not { } started)
        {
            return now - (swap?.FinishedAt ?? now);
        }

        if (Timestamps.Parse(swap?.Recorded(SwapInstance.StartedAtFact)) is { } same
            && (same - started).Duration() <= Precision
            && swap?.FinishedAt is { } seen)
        {
            return now - seen;
        }

        return now + await Targets.Hosts.Files(instance.Host).ClockOffsetAsync(cancellationToken) - started;
    }
}
