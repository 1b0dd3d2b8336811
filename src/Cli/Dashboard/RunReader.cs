using Drydock.Cli.Explanations;

namespace Drydock.Cli.Dashboard;

/// <summary>Reads one run with its snapshots for the page.</summary>
/// <param name="address">How the user chose the cluster, so that the commands on the page mean the same run.</param>
internal sealed class RunReader(IKubernetesClient kubernetes, RunAddress address, TimeProvider time)
{
    /// <exception cref="CliException">There is no such run.</exception>
    public async Task<RunPageView> ReadAsync(
        ShownKind kind, string @namespace, string name, CancellationToken cancellationToken)
    {
        var run = await kind.GetAsync(kubernetes, @namespace, name, cancellationToken)
            ?? throw new CliException($"There is no {kind.Kind} {name} in namespace {@namespace}.");
        List<SnapshotView> snapshots = [];
        foreach (var named in Snapshots(run))
        {
            snapshots.Add(await ReadAsync(named, run, cancellationToken));
        }

        return Page(run with { Address = address }, snapshots, time.GetUtcNow());
    }

    public static RunPageView Page(Run run, IReadOnlyList<SnapshotView> snapshots, DateTimeOffset now) => new()
    {
        Run = RunViewBuilder.BuildWithOffers(run, now),
        Target = run.Status?.Target?.Description,
        Downtimes = run.Status is OmsUpgradeStatus oms ? [.. Downtimes(oms)] : null,
        Attempts = [.. (run.Status?.Attempts ?? []).SelectMany(Ended)],
        Snapshots = snapshots,
        History = HistoryView.Of(run).Entries,
        Explanation = RunViewBuilder.StateOf(run) == ShownState.Stalled
            && ReasonBook.Instance.Find(run.Reason) is { } section
                ? MarkdownText.Opening(section)
                : null,
    };

    private static IEnumerable<AttemptView> Ended(RunAttempt attempt) =>
        attempt is { StartedAt: { } from, FinishedAt: { } to, Reason: not null }
            ? [new AttemptView(attempt.Number, from, to, HistoryView.EndOf(attempt))]
            : [];

    private async Task<SnapshotView> ReadAsync(SnapshotView named, Run run, CancellationToken cancellationToken)
    {
        try
        {
            var snapshot = await kubernetes.GetAsync<BackupSnapshot>(
                named.Name, run.Metadata.Namespace, cancellationToken);
            return snapshot is null
                ? named with { Problem = $"There is no BackupSnapshot {run.Metadata.Namespace}/{named.Name}." }
                : Fill(named, snapshot.Status);
        }
        catch (KubernetesException failure)
        {
            return named with { Problem = Failures.Explain(failure) };
        }
    }

    private static SnapshotView Fill(SnapshotView named, BackupSnapshotStatus? status) => named with
    {
        Phase = status?.Phase,
        Message = status?.Message,
        Size = status?.Size,
        Verified = status?.Verified?.ToString(),
        Databases = [.. (status?.Databases ?? []).Select(d => d.Name)],
    };

    private static IEnumerable<SnapshotView> Snapshots(Run run) =>
        new[]
        {
            (Name: run.Snapshot, Purpose: "before the upgrade"),
            (Name: (run.Status as OmsUpgradeStatus)?.RollbackSnapshotRef?.Name, Purpose: "before the rollback"),
        }.Where(s => !string.IsNullOrEmpty(s.Name)).Select(s => new SnapshotView(s.Name!, s.Purpose));

    /// <summary>The outages that the status of a run measures.</summary>
    public static IEnumerable<DowntimeView> Downtimes(Run run) =>
        run.Status is OmsUpgradeStatus oms ? Downtimes(oms) : [];

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

        var again = since ?? (times.T2 is null ? null : times.StoppedAgainAt);
        DateTimeOffset? total = KubernetesDuration.TryParse(status.Downtime, out var downtime)
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
}
