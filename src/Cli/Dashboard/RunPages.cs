using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Cli.Plans;
using Drydock.Cli.Runs;
using Drydock.Cli.Views;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Cli.Dashboard;

/// <summary>Computes what the page shows of runs. Pure.</summary>
internal static class RunPages
{
    private const string BeforeUpgrade = "before the upgrade";

    /// <summary>A run of a list.</summary>
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
            Holds = view.Holds.Count,
        };
    }

    /// <summary>A run with everything.</summary>
    public static RunPageView Page(Run run, DateTimeOffset now) => new()
    {
        Run = RunViewBuilder.BuildWithOffers(run, now),
        Uid = run.Metadata.Uid ?? "",
        Target = run.Status?.Target?.Description,
        Downtimes = [.. Downtimes(run.Status as OmsUpgradeStatus)],
        Snapshots = Snapshots(run),
        History = HistoryView.Of(run).Entries,
    };

    /// <summary>The snapshots that a run refers to.</summary>
    public static IReadOnlyList<SnapshotName> Snapshots(Run run) => run.Status switch
    {
        OmsUpgradeStatus oms =>
        [
            .. Named(oms.SnapshotRef?.Name, BeforeUpgrade),
            .. Named(oms.RollbackSnapshotRef?.Name, "before the rollback"),
        ],
        DatabaseRollingUpgradeStatus database => [.. Named(database.SnapshotRef?.Name, BeforeUpgrade)],
        _ => [],
    };

    /// <summary>The plans with what the graph needs.</summary>
    public static IReadOnlyList<PlanGraphView> Graphs(Run run) =>
    [
        .. run.Plans.Select(p => new PlanGraphView(p.Name, p.Plan.Hash, [.. p.Plan.Steps.Select(Step)])),
    ];

    /// <summary>What differs between the plans of two runs.</summary>
    public static DifferenceView Difference(PlanName before, Plan former, PlanName after, Plan present)
    {
        var difference = PlanDifference.Between(former, present);
        return new DifferenceView
        {
            Before = before,
            After = after,
            Added = [.. difference.Added.Select(s => new StepName(s.Id, s.Title))],
            Removed = [.. difference.Removed.Select(s => new StepName(s.Id, s.Title))],
            Changed =
            [
                .. difference.Changed.Select(c => new ChangedStepView(
                    c.Id, [.. c.Fields.Select(f => new FieldView(f.Name, f.Before, f.After))])),
            ],
            AddedNotes = difference.AddedNotes,
            RemovedNotes = difference.RemovedNotes,
        };
    }

    // The outage of the upgrade, and that of a rollback after a success.
    private static IEnumerable<DowntimeView> Downtimes(OmsUpgradeStatus? status)
    {
        if (status?.Times is not { T1: { } first } times)
        {
            yield break;
        }

        var since = status.DowntimeSince;
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

    private static IEnumerable<SnapshotName> Named(string? name, string purpose)
    {
        if (!string.IsNullOrEmpty(name))
        {
            yield return new SnapshotName(name, purpose);
        }
    }

    private static GraphStepView Step(PlanStep step) => new()
    {
        Id = step.Id,
        After = step.After,
        Action = step.Action,
        Parameters = step.Parameters,
        Timeout = step.Timeout,
        MaxAttempts = step.MaxAttempts,
        Reversible = step.Reversible,
    };
}
