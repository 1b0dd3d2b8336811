using System.Diagnostics.Metrics;
using Drydock.Clients.Kubernetes.Watching;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Metrics about snapshots, by series: spec.series, empty for snapshots without one. Only the leader reports
/// them, and at most 1,000 series.</summary>
internal sealed class SnapshotMetrics : IDisposable
{
    public const string MeterName = "Drydock.Snapshots";
    private const int MostSeries = 1000;

    private static readonly string[] States = ["usable", "failed", "expired"];

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _stages;
    private readonly ConcurrentDictionary<string, long> _began = new(StringComparer.Ordinal);
    private readonly ResourceCache<BackupSnapshot> _snapshots;
    private readonly Func<bool> _leads;
    private readonly TimeProvider _time;
    private readonly IDisposable _subscription;

    public SnapshotMetrics(ResourceCache<BackupSnapshot> snapshots, Func<bool> leads, TimeProvider time)
    {
        (_snapshots, _leads, _time) = (snapshots, leads, time);
        _meter.CreateObservableGauge(
            "drydock_snapshots",
            () => Series().SelectMany(series => States.Select(state => new Measurement<long>(
                series.Count(s => StateOf(s) == state), [.. Labels(series.Key), new("state", state)]))),
            description: "Snapshots by state, for each series. The series is empty for snapshots without spec.series.");
        _meter.CreateObservableGauge(
            "drydock_snapshot_last_success_timestamp_seconds",
            () => Last().Select(last => new Measurement<double>(
                last.Snapshot.Status!.FinishedAt!.Value.ToUnixTimeMilliseconds() / 1000.0, Labels(last.Series))),
            "s",
            "When the last successful snapshot of the series ended.");
        _meter.CreateObservableGauge(
            "drydock_snapshot_size_bytes",
            () => Last().Where(last => last.Snapshot.Status!.SizeBytes is not null).Select(
                last => new Measurement<long>(last.Snapshot.Status!.SizeBytes!.Value, Labels(last.Series))),
            "By",
            "Stored size of the last successful snapshot of the series.");
        _stages = _meter.CreateHistogram(
            "drydock_snapshot_duration_seconds",
            "s",
            "Duration of the stages of a snapshot, by dump tool and stage.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 43200],
            });
        _subscription = snapshots.Subscribe(OnChange);
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _meter.Dispose();
    }

    private static string? StateOf(BackupSnapshot snapshot) => snapshot.Status?.Phase switch
    {
        BackupSnapshotPhases.Expired or BackupSnapshotPhases.Expiring => "expired",
        BackupSnapshotPhases.Failed => "failed",
        _ when JobSamples.Snapshots.Read(snapshot).Is(ConditionTypes.Usable) => "usable",
        _ => null,
    };

    private static KeyValuePair<string, object?>[] Labels((string? Namespace, string Series) of) =>
        [new("namespace", of.Namespace), new("series", of.Series)];

    private static string? StageOf(string? phase) => phase switch
    {
        BackupSnapshotPhases.Dumping => "dump",
        BackupSnapshotPhases.Verifying => "verify",
        _ => null,
    };

    private IEnumerable<IGrouping<(string? Namespace, string Series), BackupSnapshot>> Series() =>
        _leads()
            ? _snapshots.List().GroupBy(s => (s.Metadata.Namespace, s.Spec.Series ?? "")).Take(MostSeries)
            : [];

    private IEnumerable<((string? Namespace, string Series) Series, BackupSnapshot Snapshot)> Last() =>
        from series in Series()
        let last = series
            .Where(s => s.Status?.FinishedAt is not null && StateOf(s) is "usable" or "expired")
            .MaxBy(s => s.Status!.FinishedAt)
        where last?.Status?.FinishedAt is not null
        select (series.Key, last);

    // A stage is measured from the change to its phase to the change to the next one.
    private void OnChange(ResourceChange<BackupSnapshot> change)
    {
        var uid = change.Object.Metadata.Uid ?? "";
        var (former, stage) = (StageOf(change.Previous?.Status?.Phase), StageOf(change.Object.Status?.Phase));
        if (change.Type == ResourceChangeType.Deleted)
        {
            _began.TryRemove(uid, out _);
            return;
        }

        if (former == stage || change.Previous is null)
        {
            return;
        }

        if (_began.TryRemove(uid, out var since)
            && former is not null
            && change.Object.Status?.Phase != BackupSnapshotPhases.Failed
            && _leads())
        {
            _stages.Record(
                _time.GetElapsedTime(since).TotalSeconds,
                new KeyValuePair<string, object?>("tool", change.Object.Spec.Tool.ToString()),
                new KeyValuePair<string, object?>("stage", former));
        }

        if (stage is not null)
        {
            _began[uid] = _time.GetTimestamp();
        }
    }
}

/// <summary>What metrics show of snapshots and restores.</summary>
internal static class JobSamples
{
    // A failed snapshot is not repaired but taken again, so it counts as ended.
    public static RunSampling<BackupSnapshot> Snapshots { get; } = new(
        BackupSnapshot.KindName,
        RunResults.OfOthers,
        s => Of(
            new RunSample { Kind = BackupSnapshot.KindName, Metadata = s.Metadata, Status = s.Status },
            ConditionTypes.Ready,
            ConditionTypes.Failed));

    public static RunSampling<SnapshotRestore> Restores { get; } = new(
        SnapshotRestore.KindName,
        RunResults.OfOthers,
        r => Of(
            new RunSample
            {
                Kind = SnapshotRestore.KindName,
                Metadata = r.Metadata,
                Status = r.Status,
            },
            ConditionTypes.Ready));

    private static RunSample Of(RunSample sample, params string[] ends) =>
        sample with { HasEnded = Array.Exists(ends, sample.Is) };
}
