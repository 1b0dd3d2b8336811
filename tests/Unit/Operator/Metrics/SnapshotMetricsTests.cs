using Drydock.Clients.Kubernetes.Watching;
using Drydock.Operator.Metrics;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>What a scrape shows of snapshots.</summary>
[Collection("Scrape")]
public sealed class SnapshotMetricsTests : IDisposable
{
    private readonly string _space = $"space-{Guid.NewGuid():N}";
    private readonly ResourceCache<BackupSnapshot> _cache = new(NullLogger.Instance);
    private readonly ManualTimeProvider _time = new(MadeRuns.Start);
    private readonly PrometheusMetrics _collector = new();
    private readonly SnapshotMetrics _metrics;
    private bool _leads = true;
    private int _version;

    public SnapshotMetricsTests() => _metrics = new SnapshotMetrics(_cache, () => _leads, _time);

    public void Dispose()
    {
        _metrics.Dispose();
        _collector.Dispose();
    }

    [Fact]
    public void Series_counts_its_snapshots_and_shows_the_last_success()
    {
        Put("monday", BackupSnapshotPhases.Expired, MadeRuns.Start, 10);
        Put("tuesday", BackupSnapshotPhases.Succeeded, MadeRuns.Start.AddDays(1), 20);
        Put("wednesday", BackupSnapshotPhases.Failed, MadeRuns.Start.AddDays(2), null);

        Lines("drydock_snapshots").ShouldBe(
        [
            $"drydock_snapshots{{namespace=\"{_space}\",series=\"nightly\",state=\"expired\"}} 1",
            $"drydock_snapshots{{namespace=\"{_space}\",series=\"nightly\",state=\"failed\"}} 1",
            $"drydock_snapshots{{namespace=\"{_space}\",series=\"nightly\",state=\"usable\"}} 1",
        ]);
        Scrape.Value(Lines("drydock_snapshot_last_success_timestamp_seconds").ShouldHaveSingleItem())
            .ShouldBe(MadeRuns.Start.AddDays(1).ToUnixTimeSeconds());
        Scrape.Value(Lines("drydock_snapshot_size_bytes").ShouldHaveSingleItem()).ShouldBe(20);
    }

    [Fact]
    public void Stages_are_measured_from_phase_to_phase()
    {
        Put("monday", BackupSnapshotPhases.Pending, null, null);
        Put("monday", BackupSnapshotPhases.Dumping, null, null);
        _time.Advance(TimeSpan.FromMinutes(3));
        Put("monday", BackupSnapshotPhases.Verifying, null, null);
        _time.Advance(TimeSpan.FromMinutes(1));
        Put("monday", BackupSnapshotPhases.Succeeded, _time.GetUtcNow(), 20);

        Stage("dump").ShouldBe(180);
        Stage("verify").ShouldBe(60);
    }

    [Fact]
    public void Process_that_does_not_lead_shows_no_snapshot()
    {
        Put("monday", BackupSnapshotPhases.Succeeded, MadeRuns.Start, 10);
        _leads = false;

        Lines("drydock_snapshots").ShouldBeEmpty();
    }

    private double Stage(string stage) => Scrape.Value(
        Scrape.Lines(_collector, "drydock_snapshot_duration_seconds_sum")
            .Single(line => line.Contains($"stage=\"{stage}\"", StringComparison.Ordinal)));

    private List<string> Lines(string metric) =>
        [.. Scrape.Lines(_collector, metric).Where(line => line.Contains(_space, StringComparison.Ordinal))];

    private void Put(string name, string phase, DateTimeOffset? finished, long? size) => _cache.Set(new BackupSnapshot
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Namespace = _space,
            Uid = $"{_space}/{name}",
            ResourceVersion = $"{++_version}"
        },
        Spec = new BackupSnapshotSpec { Series = "nightly" },
        Status = new BackupSnapshotStatus
        {
            Phase = phase,
            FinishedAt = finished,
            SizeBytes = size,
            Conditions = [new Condition
            {
                Type = ConditionTypes.Usable,
                Status = phase == BackupSnapshotPhases.Succeeded ? "True" : "False"
            }],
        },
    });
}
