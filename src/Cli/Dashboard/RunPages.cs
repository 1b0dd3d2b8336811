namespace Drydock.Cli.Dashboard;

/// <summary>Computes what the page shows of runs. Pure.</summary>
internal static class RunPages
{
    private const string BeforeUpgrade = "before the upgrade";

    public static RunSummary Summary(Run run, DateTimeOffset now)
    {
        var view = RunViewBuilder.Build(run, now);
        return new RunSummary
        {
            Kind = view.Kind,
            Namespace = view.Namespace,
            Name = view.Name,
            FromVersion = view.FromVersion,
            ToVersion = view.ToVersion,
            State = view.State,
            Phase = view.Phase,
            Reason = view.Reason,
            Message = view.Message,
            Progress = view.Progress,
            FirstStepAt = view.FirstStepAt,
            FinishedAt = view.FinishedAt,
            DowntimeSince = view.DowntimeSince,
            DowntimeSeconds = view.DowntimeSeconds,
        };
    }

    public static RunPageView Page(Run run, IReadOnlyList<SnapshotView> snapshots, DateTimeOffset now) => new()
    {
        Run = RunViewBuilder.BuildWithOffers(run, now),
        System = System(run),
        Target = run.Status?.Target?.Description,
        Downtimes = run.Status is OmsUpgradeStatus oms ? [.. Downtimes(oms)] : null,
        Snapshots = snapshots,
        History = HistoryView.Of(run).Entries,
    };

    public static IEnumerable<SnapshotView> Snapshots(Run run) => run.Status switch
    {
        OmsUpgradeStatus oms => Named(oms.SnapshotRef?.Name, BeforeUpgrade)
            .Concat(Named(oms.RollbackSnapshotRef?.Name, "before the rollback")),
        DatabaseRollingUpgradeStatus database => Named(database.SnapshotRef?.Name, BeforeUpgrade),
        _ => [],
    };

    // An undo before the downtime switches high availability on again without a milestone of its own, so nothing is
    // said of it once there is a rollback.
    private static string? System(Run run) => run.Status is not OmsUpgradeStatus oms ? null
        : oms.DowntimeSince is not null ? "OMS is down."
        : oms is { HighAvailability.EnabledBefore: true, RollbackPlan: null }
            && run.Is(ConditionTypes.HighAvailabilityDisabled) && !run.Is(ConditionTypes.HighAvailabilityEnabled)
                ? "High availability of OMS is off."
        : null;

    // The outage of the upgrade, and that of a rollback after a success.
    private static IEnumerable<DowntimeView> Downtimes(OmsUpgradeStatus status)
    {
        var since = status.DowntimeSince;
        if (status.Times is not { T1: { } first } times)
        {
            if (since is { } down)
            {
                yield return new DowntimeView(down, null);
            }

            yield break;
        }

        if (since is { } still && still <= first)
        {
            yield return new DowntimeView(first, null);
            yield break;
        }

        var again = since ?? (times.T2 is null ? null : StoppedAgain(status.RollbackPlan));
        DateTimeOffset? total = KubernetesDuration.TryParse(times.Downtime, out var downtime)
            ? first + downtime
            : null;
        if ((times.T2 ?? (again is null ? total ?? times.RolledBackAt : null)) is { } up)
        {
            yield return new DowntimeView(first, up);
        }

        if (again is { } stopped)
        {
            yield return new DowntimeView(stopped, since is null ? times.RolledBackAt : null);
        }
    }

    private static DateTimeOffset? StoppedAgain(Plan? rollback) =>
        (rollback?.Steps ?? []).Where(s => s.Phase == OmsUpgradePhases.StopNew).Min(s => s.FinishedAt);

    private static IEnumerable<SnapshotView> Named(string? name, string purpose)
    {
        if (!string.IsNullOrEmpty(name))
        {
            yield return new SnapshotView(name, purpose);
        }
    }
}
