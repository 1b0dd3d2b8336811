using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the receipts of a plan say for status. Pure: the same plan gives the same status.</summary>
internal static class TiDbStatus
{
    /// <summary>
    /// The status with what is known of instances, times, backup, saved configuration, and of what a person has to do;
    /// as it is while it has no plan.
    /// </summary>
    public static DatabaseRollingUpgradeStatus Compose(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Plan is { } plan ? Compose(status, spec, plan) : status;
    }

    /// <summary>
    /// What an upgrade that is let go here leaves in the cluster, with the commands that take it away.
    /// </summary>
    public static IReadOnlyList<ActionItem> LeftBehind(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Plan is { } plan ? [.. LeftBehind(plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal), spec, plan)] : [];
    }

    /// <summary>The status with what the receipts of one plan say.</summary>
    public static DatabaseRollingUpgradeStatus Compose(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(plan);
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var snapshot = steps.GetValueOrDefault(TiDbStepIds.Snapshot);
        var saved = steps.GetValueOrDefault(TiDbStepIds.SaveConfiguration);
        return status with
        {
            Estimate = KubernetesDuration.Format(TiDbEstimate.Of(spec)),
            Elapsed = Elapsed(plan) is { } elapsed ? KubernetesDuration.Format(elapsed) : null,
            Instances = [.. spec.Instances.Select(i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = Version(steps, spec, i) })],

            // The reference is stored once the name stands in a receipt, so that nothing else is ever taken for it.
            SnapshotRef = snapshot?.Recorded(TakeSnapshot.SnapshotKey) is { } name ? new SnapshotReference { Name = name, Uid = snapshot.Recorded(TakeSnapshot.SnapshotUidFact) } : status.SnapshotRef,
            ConfigurationRef = saved?.Recorded(SaveConfiguration.SecretKey) is { } secret ? new SecretReference { Name = secret } : status.ConfigurationRef,
            ActionRequired = [.. Actions(steps, spec, plan).Take(SchemaLimits.Findings)],
        };
    }

    private static string Version(Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, DatabaseInstance instance) =>
        steps.GetValueOrDefault(TiDbStepIds.Verify(instance)) is { State: StepState.Succeeded } ? TiDbVersion.Plain(spec.ToVersion) : TiDbVersion.Plain(spec.FromVersion);

    // From the first instance stopped to the last one verified, as far as it has come.
    private static TimeSpan? Elapsed(Plan plan)
    {
        var first = plan.Steps.Where(s => s is { Action: TiDbActions.SwapInstance, StartedAt: not null }).Select(s => s.StartedAt!.Value).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        var last = plan.Steps
            .Where(s => s.FinishedAt is not null && (s.Action == TiDbActions.SwapInstance || s.Id.EndsWith(TiDbStepIds.VerifySuffix, StringComparison.Ordinal)))
            .Select(s => s.FinishedAt!.Value)
            .DefaultIfEmpty(DateTimeOffset.MinValue)
            .Max();
        return last >= first ? last - first : null;
    }

    private static IEnumerable<ActionItem> Actions(Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, Plan plan) =>
        [.. LeftBehind(steps, spec, plan), .. Proceeded(plan), .. Limits(steps, spec, plan), .. Metrics(steps), .. Dashboards(steps, spec)];

    // What an upgrade that ends here would leave; empty once the steps that take it away are done.
    private static IEnumerable<ActionItem> LeftBehind(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        foreach (var instance in spec.Of(DatabaseComponent.TiKV))
        {
            if (steps.GetValueOrDefault(TiDbStepIds.Drain(instance)) is { Attempt: > 0 } drain && steps.GetValueOrDefault(TiDbStepIds.Verify(instance)) is not { State: StepState.Succeeded } && !CleanedUpSteps.Is(plan, drain) && drain.Parameters.GetValueOrDefault("store") is { } store)
            {
                yield return new ActionItem
                {
                    Reason = Reasons.ScheduleLimits,
                    Subject = instance.Name,
                    Message = $"while {instance.Name} is upgraded evict-leader-scheduler keeps leaders from store {store}; if the upgrade does not go on, remove it: pd-ctl scheduler remove evict-leader-scheduler-{store}",
                };
            }
        }

        if (steps.GetValueOrDefault(TiDbStepIds.ClearPriority) is { Attempt: > 0 } cleared && steps.GetValueOrDefault(TiDbStepIds.RestorePriority) is not { State: StepState.Succeeded })
        {
            foreach (var (member, priority) in SetLeaderPriorities.Parse(cleared.Parameters["priorities"]))
            {
                yield return new ActionItem
                {
                    Reason = Reasons.ScheduleLimits,
                    Subject = member,
                    Message = string.Create(CultureInfo.InvariantCulture, $"while PD is upgraded leader_priority of {member} is 0; if the upgrade does not go on, set it back: pd-ctl member leader_priority {member} {priority}"),
                };
            }
        }
    }

    private static IEnumerable<ActionItem> Proceeded(Plan plan) =>
        from step in plan.Steps
        where step.Action == TiDbActions.DrainTikv
        let left = step.Recorded(DrainTikv.ProceededFact)
        where left is not null
        select new ActionItem { Reason = Reasons.DrainTimeout, Subject = step.Node ?? "", Message = $"{step.Node} was stopped with {left} leaders, as spec.drain.onTimeout says; look for failed requests of that time" };

    private static IEnumerable<ActionItem> Limits(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        if (steps.GetValueOrDefault(TiDbStepIds.LimitMerging) is not { State: StepState.Succeeded } limited)
        {
            yield break;
        }

        var tune = (spec.Tidb ?? new TiDbSpec()).TuneScheduling;
        var raises = plan.Steps.Where(s => s.Action == TiDbActions.RaiseScheduleLimit).ToList();
        var stopped = raises.Select(s => s.Recorded(RaiseScheduleLimit.StoppedFact)).FirstOrDefault(f => f is not null);
        if (tune.Enabled && stopped is null && raises.TrueForAll(s => s.State == StepState.Succeeded))
        {
            yield break;
        }

        var why = !tune.Enabled ? "spec.tidb.tuneScheduling.enabled is false" : stopped ?? "they are still being raised";
        yield return new ActionItem
        {
            Reason = Reasons.ScheduleLimits,
            Subject = "merge-schedule-limit",
            Message = string.Create(CultureInfo.InvariantCulture, $"schedule limits are not at their final values ({why}). Before the upgrade: {limited.Recorded(LimitMerging.FormerKey)}. In quiet hours: pd-ctl config set merge-schedule-limit {tune.MergeScheduleLimit}, then pd-ctl config set replica-schedule-limit {tune.ReplicaScheduleLimit}"),
        };
    }

    private static IEnumerable<ActionItem> Metrics(Dictionary<string, PlanStep> steps)
    {
        if (steps.GetValueOrDefault(TiDbStepIds.VerifyProcesses)?.Recorded(CheckProcesses.NoMetricsFact) is { } silent)
        {
            yield return new ActionItem
            {
                Reason = Reasons.ReviewDashboards,
                Subject = "TiKV metrics",
                Message = $"the status port of {silent} does not answer, so Prometheus gets no metrics from there; look at server.status-addr of tikv.toml and --status-addr of the start script",
            };
        }
    }

    private static IEnumerable<ActionItem> Dashboards(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec)
    {
        if (steps.GetValueOrDefault(TiDbStepIds.VerifyStatements) is not { State: StepState.Succeeded } counted)
        {
            yield break;
        }

        var pages = (spec.Tidb ?? new TiDbSpec()).Monitoring
            .Where(m => m.Name.Contains("grafana", StringComparison.OrdinalIgnoreCase))
            .Select(m => string.Create(CultureInfo.InvariantCulture, $"http://{m.Host}:{m.Port}"))
            .ToList();
        yield return new ActionItem
        {
            Reason = Reasons.ReviewDashboards,
            Subject = "Grafana",
            Message = $"look at Overview (Services Port Status), TiDB (Query Summary, Failed Query OPM: {counted.Recorded(CountFailedStatements.FailedFact)} statements failed since the restart), TiKV-Details and PD{(pages.Count == 0 ? "" : ": " + string.Join(", ", pages))}",
        };
    }
}
