using System.Text.RegularExpressions;
using Drydock.Lab.Monitoring;

namespace Drydock.Tests.EndToEnd.Monitoring;

/// <summary>
/// What a real Prometheus scraped of the golden run. With DRYDOCK_DRAW_MONITORING=1 the pictures of
/// docs/how-to/monitoring.md are drawn from it.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed partial class MonitoringTests(StageFixture fixture)
{
    // What these report does not happen in this run. The rules are tested with promtool; here their series must exist.
    private static readonly string[] Silent =
    [
        "DrydockDowntimeLong", "DrydockStepLate", "DrydockSnapshotTooOld", "DrydockStorageAlmostFull",
        "DrydockReconcileErrors",
        "DrydockReconcilePanics", "DrydockQueueStuck", "DrydockWatchStale", "DrydockCrdOutdated",
        "DrydockRunsNotReported", "DrydockRunAbandoned",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prometheus_answers_every_query_of_dashboard_and_alerts()
    {
        var golden = await fixture.RecordingAsync();
        var (prometheus, rules) = (golden.Prometheus, golden.Alerts);
        var missing = new List<string>();
        foreach (var (panel, _, _, query) in Dashboard.Queries)
        {
            if (Points(await prometheus.HistoryAsync(query, Token)).Count == 0)
            {
                missing.Add($"{panel}: {query}");
            }
        }

        foreach (var (alert, query) in rules)
        {
            if (Silent.Contains(alert, StringComparer.Ordinal))
            {
                foreach (var metric in Metric().Matches(query).Select(m => m.Value).Distinct(StringComparer.Ordinal))
                {
                    if ((await prometheus.HistoryAsync(metric, Token)).Count == 0)
                    {
                        missing.Add($"{alert}: {metric}");
                    }
                }
            }
            else if (Points(await prometheus.HistoryAsync(query, Token)).Count == 0)
            {
                missing.Add($"{alert}: {query}");
            }
        }

        missing.ShouldBeEmpty();
        Silent.ShouldBeSubsetOf(rules.Keys);
        await DrawAsync(prometheus);
    }

    [Fact]
    [RunsPage("docs/how-to/monitoring.md")]
    public async Task Metrics_are_well_formed_and_commands_of_the_page_read_them()
    {
        var golden = await fixture.RecordingAsync();

        golden.Promtool.ShouldBe(new ShellResult(0, "", ""));
        golden.PageOutputs[0].ShouldContain($"name=\"{UpgradeCourse.Name}\"");
        golden.PageOutputs[^1].ShouldContain("\"step\":\"StopOld/oms-a\"");
    }

    // Legend labels and points of the series that have a number at any time.
    private static List<(JsonNode Labels, IReadOnlyList<(double At, double Value)> Points)> Points(JsonArray result) =>
    [
        .. result.Select(series => (
                Labels: series!["metric"]!,
                Points: (IReadOnlyList<(double At, double Value)>)
                [
                    .. series["values"]!.AsArray()
                        .Select(v => (v![0]!.GetValue<double>(), double.Parse(v[1]!.GetValue<string>().Replace(
                            "Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)))
                        .Where(v => double.IsFinite(v.Item2)),
                ]))
            .Where(series => series.Points.Count > 0),
    ];

    private static async Task DrawAsync(LabPrometheus prometheus)
    {
        if (Environment.GetEnvironmentVariable("DRYDOCK_DRAW_MONITORING") != "1")
        {
            return;
        }

        var folder = Directory.CreateDirectory(Repository.PathOf("docs", "images", "monitoring")).FullName;
        foreach (var panel in (string[])["Progress", "Downtime"])
        {
            List<(string, IReadOnlyList<(double, double)>)> series = [];
            var unit = "none";
            foreach (var target in Dashboard.Queries.Where(q => q.Panel == panel))
            {
                unit = target.Unit;
                series.AddRange(Points(await prometheus.HistoryAsync(target.Query, Token)).Select(s => (
                    Placeholder().Replace(target.Legend, m => s.Labels[m.Groups[1].Value]?.GetValue<string>() ?? ""),
                    (IReadOnlyList<(double, double)>)[.. s.Points.Select(
                        p => (p.At - prometheus.StartedAt.ToUnixTimeSeconds(), p.Value))])));
            }

            var file = NotAWord().Replace(panel.ToLowerInvariant(), "-").Trim('-') + ".svg";
            await File.WriteAllTextAsync(Path.Combine(folder, file), SvgChart.Draw(panel, unit, series), Token);
        }
    }

    [GeneratedRegex("(drydock|workqueue|controller_runtime)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotAWord();
}
