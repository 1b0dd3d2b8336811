namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the plan of an upgrade says for its status. Pure: the same plan gives the same status.</summary>
internal static class TiDbStatus
{
    /// <summary>The status with instances, times, backup, saved configuration and required actions; unchanged without a
    /// plan.</summary>
    public static DatabaseRollingUpgradeStatus Compose(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec)
    {
        if (status.Plan is not { } plan)
        {
            return status;
        }

        var snapshot = plan.Step<TakeTiDbSnapshot>();
        var saved = plan.Step<SaveConfiguration>();
        var upgraded = plan.Steps
            .Where(s => s.State == StepState.Succeeded && VerifyInstance.Is(s))
            .Select(s => s.Node)
            .ToHashSet(StringComparer.Ordinal);
        return status with
        {
            Estimate = KubernetesDuration.Format(TiDbProcedure.Estimate(spec)),
            Elapsed = Elapsed(plan) is { } elapsed ? KubernetesDuration.Format(elapsed) : null,
            Instances =
            [
                .. spec.Instances.Select(i => new DatabaseInstanceStatus
                {
                    Name = i.Name,
                    Component = i.Component,
                    Version = TiDbVersion.Plain(upgraded.Contains(i.Name) ? spec.ToVersion : spec.FromVersion),
                }),
            ],

            // The reference is stored once a receipt has the name, so that no other object is ever taken for it.
            SnapshotRef = snapshot?.Recorded(SnapshotReceipts.SnapshotKey) is { } name
                ? new SnapshotReference { Name = name, Uid = snapshot.Recorded(SnapshotReceipts.SnapshotUidFact) }
                : status.SnapshotRef,
            ConfigurationRef = saved?.Recorded(ConfigurationSecret.NameKey) is { } secret
                ? new SecretReference { Name = secret }
                : status.ConfigurationRef,
            ActionRequired = [.. Actions(status, plan, spec).Take(SchemaLimits.Findings)],
        };
    }

    // From the first instance that was stopped to the last one verified so far.
    private static TimeSpan? Elapsed(PlanProgress plan)
    {
        var first = plan.Steps.Where(s => s.Is<SwapInstance>()).Min(s => s.StartedAt);
        var last = plan.Steps.Where(s => s.Is<SwapInstance>() || VerifyInstance.Is(s)).Max(s => s.FinishedAt);
        return last >= first ? last - first : null;
    }

    // What is left first: temporary state that an upgrade which ends here would leave. A rollback has removed it.
    private static IEnumerable<ActionItem> Actions(
        RunStatus status, PlanProgress plan, DatabaseRollingUpgradeSpec spec) =>
    [
        .. status.IsRolledBack() ? [] : new TiDbUndo(spec, plan).Advice,
        .. Proceeded(plan),
        .. Limits(plan, spec),
        .. Metrics(plan),
        .. SkippedBinlogs(plan),
        .. Dashboards(plan, spec),
    ];

    private static IEnumerable<ActionItem> Proceeded(PlanProgress plan) =>
        from step in plan.Steps
        where step.Is<DrainTikv>()
        let left = step.Recorded(DrainTikv.ProceededFact)
        where left is not null
        select ActionItems.Of(
            Reasons.DrainTimeout, step.Node ?? "",
            $"{step.Node} was stopped with {left} leaders, as spec.drain.onTimeout says. Check for requests that "
            + "failed at that time.");

    private static IEnumerable<ActionItem> Limits(PlanProgress plan, DatabaseRollingUpgradeSpec spec)
    {
        if (plan.Step<LimitMerging>(phase: DatabaseRollingUpgradePhases.LimitMerging)
            is not { State: StepState.Succeeded } limited)
        {
            yield break;
        }

        if (PdSchedule.ParseLimits(limited.Recorded(LimitMerging.FormerKey)).TryGetValue(
            "max-merge-region-size", out var size) && size == 0)
        {
            yield return ActionItems.Of(
                Reasons.ScheduleLimits, "max-merge-region-size",
                "Regions are not merged: PD has kept max-merge-region-size 0 of the old version. To merge small "
                + "Regions, run `pd-ctl config set max-merge-region-size 20` and "
                + "`pd-ctl config set max-merge-region-keys 200000` when the load is low.");
        }

        var tidb = spec.Tidb ?? new TiDbSpec();
        var tune = tidb.TuneScheduling;

        // The plan keeps them for the early step.
        var before = plan.Step<LimitMerging>(phase: DatabaseRollingUpgradePhases.UpgradePD)?.As<LimitMerging>().Before
            ?? [];
        var raises = plan.Steps.Where(s => s.Is<RaiseScheduleLimit>()).ToList();
        var stopped = raises.Select(s => s.Recorded(RaiseScheduleLimit.StoppedFact)).FirstOrDefault(f => f is not null);
        if (tune.Enabled && stopped is null && raises.TrueForAll(s => s.State == StepState.Succeeded))
        {
            yield break;
        }

        var why = !tune.Enabled
            ? "spec.tidb.tuneScheduling.enabled is false"
            : stopped ?? "they are still being raised";
        yield return ActionItems.Of(
            Reasons.ScheduleLimits, "merge-schedule-limit",
            $"Schedule limits do not have their final values ({why}). Before the upgrade: "
            + $"{string.Join(", ", before.Select(l => $"{l.Key} {l.Value}"))}. When the load is low, run `pd-ctl "
            + $"config set merge-schedule-limit {MergeLimits.Of(tidb, before).Final}`, then `pd-ctl config set "
            + $"replica-schedule-limit {tune.ReplicaScheduleLimit}`.");
    }

    private static IEnumerable<ActionItem> Metrics(PlanProgress plan) =>
        plan.Step<CheckProcesses>()?.Recorded(CheckProcesses.NoMetricsFact) is not { } silent ? [] :
        [
            ActionItems.Of(
                Reasons.ReviewDashboards, "TiKV metrics",
                $"The status port of {silent} does not answer, so Prometheus has no metrics of it. Check "
                + "server.status-addr in tikv.toml and --status-addr in the start script."),
        ];

    private static IEnumerable<ActionItem> SkippedBinlogs(PlanProgress plan) =>
        plan.Step<CheckBinlog>()?.Recorded(CheckBinlog.SkippingFact) is { } servers
            ? [ActionItems.Of(Reasons.BinlogSkipped, "binlog", CheckBinlog.SkipWarning(servers))]
            : [];

    private static IEnumerable<ActionItem> Dashboards(PlanProgress plan, DatabaseRollingUpgradeSpec spec)
    {
        if (plan.Step<CountFailedStatements>() is not { State: StepState.Succeeded } counted)
        {
            yield break;
        }

        var pages = (spec.Tidb ?? new TiDbSpec()).Services()
            .Where(m => m.Name.Contains("grafana", StringComparison.OrdinalIgnoreCase))
            .Select(m => $"http://{new ServiceAddress(m.Host, m.Port)}")
            .ToList();
        yield return ActionItems.Of(
            Reasons.ReviewDashboards, "Grafana",
            $"{counted.Recorded(CountFailedStatements.FailedFact)} statements failed since the restart. Check the "
            + "dashboards Overview (Services Port Status), TiDB (Query Summary, Failed Query OPM), TiKV-Details and PD"
            + $"{(pages.Count == 0 ? "" : ": " + string.Join(", ", pages))}.");
    }
}
