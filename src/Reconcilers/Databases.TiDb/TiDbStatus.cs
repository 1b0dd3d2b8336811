namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the plan of an upgrade says for its status. Pure: the same plan gives the same status.</summary>
internal static class TiDbStatus
{
    /// <summary>The status with instances, times, backup, saved configuration and required actions; unchanged without a
    /// plan.</summary>
    public static DatabaseRollingUpgradeStatus Compose(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec) =>
        status.Plan is { } plan ? Compose(status, spec, plan) : status;

    public static IReadOnlyList<ActionItem> LeftBehind(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan ? [.. LeftBehind(ById(plan), spec, status)] : [];

    private static DatabaseRollingUpgradeStatus Compose(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        var steps = ById(plan);
        var snapshot = steps.GetValueOrDefault(TiDbStepIds.Snapshot);
        var saved = steps.GetValueOrDefault(TiDbStepIds.SaveConfiguration);
        return status with
        {
            Estimate = KubernetesDuration.Format(TiDbEstimate.Of(spec)),
            Elapsed = Elapsed(plan) is { } elapsed ? KubernetesDuration.Format(elapsed) : null,
            Instances =
            [
                .. spec.Instances.Select(i => new DatabaseInstanceStatus
                {
                    Name = i.Name,
                    Component = i.Component,
                    Version = Version(steps, spec, i),
                }),
            ],

            // The reference is stored once a receipt has the name, so that no other object is ever taken for it.
            SnapshotRef = snapshot?.Recorded(TakeSnapshot.SnapshotKey) is { } name
                ? new SnapshotReference { Name = name, Uid = snapshot.Recorded(TakeSnapshot.SnapshotUidFact) }
                : status.SnapshotRef,
            ConfigurationRef = saved?.Recorded(ConfigurationSecret.NameKey) is { } secret
                ? new SecretReference { Name = secret }
                : status.ConfigurationRef,
            ActionRequired = [.. Actions(steps, spec, status).Take(SchemaLimits.Findings)],
        };
    }

    private static Dictionary<string, PlanStep> ById(Plan plan) =>
        plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);

    private static string Version(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, DatabaseInstance instance)
    {
        var isVerified = steps.GetValueOrDefault(TiDbStepIds.Verify(instance)) is { State: StepState.Succeeded };
        return TiDbVersion.Plain(isVerified ? spec.ToVersion : spec.FromVersion);
    }

    // From the first instance that was stopped to the last one verified so far.
    private static TimeSpan? Elapsed(Plan plan)
    {
        var first = plan.Steps
            .Where(s => s.Is<SwapInstance>() && s.StartedAt is not null)
            .Select(s => s.StartedAt!.Value)
            .DefaultIfEmpty(DateTimeOffset.MaxValue)
            .Min();
        var last = plan.Steps
            .Where(s => s.FinishedAt is not null && (TiDbStepIds.IsSwap(s) || TiDbStepIds.IsVerify(s)))
            .Select(s => s.FinishedAt!.Value)
            .DefaultIfEmpty(DateTimeOffset.MinValue)
            .Max();
        return last >= first ? last - first : null;
    }

    private static IEnumerable<ActionItem> Actions(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
    [
        .. LeftBehind(steps, spec, status),
        .. Proceeded(status.Plan!),
        .. Limits(steps, spec, status.Plan!),
        .. Metrics(steps),
        .. SkippedBinlogs(steps),
        .. Dashboards(steps, spec),
    ];

    // Temporary state that an upgrade which ends here would leave; empty once the steps that remove it are done.
    private static IEnumerable<ActionItem> LeftBehind(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        foreach (var (instance, store) in TiDbCleanup.Evicted(spec, status))
        {
            yield return Item(
                Reasons.ScheduleLimits,
                instance,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"While {instance} is upgraded, evict-leader-scheduler keeps leaders away from store {store}. If "
                    + $"the upgrade does not continue, run "
                    + $"`pd-ctl scheduler remove evict-leader-scheduler-{store}`."));
        }

        if (ScheduleHold.LeftBehind(status.Plan!) is { } limits)
        {
            yield return limits;
        }

        if (steps.GetValueOrDefault(TiDbStepIds.ClearPriority) is { Attempt: > 0 } cleared
            && steps.GetValueOrDefault(TiDbStepIds.RestorePriority) is not { State: StepState.Succeeded })
        {
            foreach (var (member, priority) in cleared.As<SetLeaderPriorities>().Priorities)
            {
                yield return Item(
                    Reasons.ScheduleLimits,
                    member,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"While PD is upgraded, leader_priority of {member} is 0. If the upgrade does not continue, "
                        + $"run `pd-ctl member leader_priority {member} {priority}`."));
            }
        }
    }

    private static IEnumerable<ActionItem> Proceeded(Plan plan) =>
        from step in plan.Steps
        where step.Is<DrainTikv>()
        let left = step.Recorded(DrainTikv.ProceededFact)
        where left is not null
        select Item(
            Reasons.DrainTimeout,
            step.Node ?? "",
            $"{step.Node} was stopped with {left} leaders, as spec.drain.onTimeout says. Check for requests that "
            + "failed at that time.");

    private static IEnumerable<ActionItem> Limits(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        if (steps.GetValueOrDefault(TiDbStepIds.LimitMerging) is not { State: StepState.Succeeded } limited)
        {
            yield break;
        }

        if (PdSchedule.ParseLimits(limited.Recorded(LimitMerging.FormerKey)).TryGetValue(
            "max-merge-region-size", out var size) && size == 0)
        {
            yield return Item(
                Reasons.ScheduleLimits,
                "max-merge-region-size",
                "Regions are not merged: PD has kept max-merge-region-size 0 of the old version. To merge small "
                + "Regions, run `pd-ctl config set max-merge-region-size 20` and "
                + "`pd-ctl config set max-merge-region-keys 200000` when the load is low.");
        }

        var tidb = spec.Tidb ?? new TiDbSpec();
        var tune = tidb.TuneScheduling;
        var before = Before(steps);
        var raises = plan.Steps.Where(s => s.Is<RaiseScheduleLimit>()).ToList();
        var stopped = raises.Select(s => s.Recorded(RaiseScheduleLimit.StoppedFact)).FirstOrDefault(f => f is not null);
        if (tune.Enabled && stopped is null && raises.TrueForAll(s => s.State == StepState.Succeeded))
        {
            yield break;
        }

        var why = !tune.Enabled
            ? "spec.tidb.tuneScheduling.enabled is false"
            : stopped ?? "they are still being raised";
        yield return Item(
            Reasons.ScheduleLimits,
            "merge-schedule-limit",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Schedule limits do not have their final values ({why}). Before the upgrade: "
                + $"{string.Join(", ", before.Select(l => $"{l.Key} {l.Value}"))}. When the load is low, run "
                + $"`pd-ctl config set merge-schedule-limit {MergeLimits.Of(tidb, before).Final}`, then "
                + $"`pd-ctl config set replica-schedule-limit {tune.ReplicaScheduleLimit}`."));
    }

    // The plan keeps them for the early step.
    private static Dictionary<string, long> Before(Dictionary<string, PlanStep> steps) =>
        steps.GetValueOrDefault(TiDbStepIds.LimitMergingEarly)?.As<LimitMerging>().Before ?? [];

    private static IEnumerable<ActionItem> Metrics(Dictionary<string, PlanStep> steps)
    {
        if (steps.GetValueOrDefault(TiDbStepIds.VerifyProcesses)?.Recorded(CheckProcesses.NoMetricsFact) is { } silent)
        {
            yield return Item(
                Reasons.ReviewDashboards,
                "TiKV metrics",
                $"The status port of {silent} does not answer, so Prometheus has no metrics of it. Check "
                + "server.status-addr in tikv.toml and --status-addr in the start script.");
        }
    }

    private static IEnumerable<ActionItem> SkippedBinlogs(Dictionary<string, PlanStep> steps)
    {
        if (steps.GetValueOrDefault(TiDbStepIds.VerifyBinlog)?.Recorded(CheckBinlog.SkippingFact) is { } servers)
        {
            yield return Item(Reasons.BinlogSkipped, "binlog", SkippedBinlog.Warning(servers));
        }
    }

    private static IEnumerable<ActionItem> Dashboards(
        Dictionary<string, PlanStep> steps, DatabaseRollingUpgradeSpec spec)
    {
        if (steps.GetValueOrDefault(TiDbStepIds.VerifyStatements) is not { State: StepState.Succeeded } counted)
        {
            yield break;
        }

        var pages = (spec.Tidb ?? new TiDbSpec()).Services()
            .Where(m => m.Name.Contains("grafana", StringComparison.OrdinalIgnoreCase))
            .Select(m => $"http://{new Endpoint(m.Host, m.Port)}")
            .ToList();
        yield return Item(
            Reasons.ReviewDashboards,
            "Grafana",
            $"{counted.Recorded(CountFailedStatements.FailedFact)} statements failed since the restart. Check the "
            + "dashboards Overview (Services Port Status), TiDB (Query Summary, Failed Query OPM), TiKV-Details and PD"
            + $"{(pages.Count == 0 ? "" : ": " + string.Join(", ", pages))}.");
    }

    private static ActionItem Item(string reason, string subject, string message) =>
        new() { Reason = reason, Subject = subject, Message = message };
}
