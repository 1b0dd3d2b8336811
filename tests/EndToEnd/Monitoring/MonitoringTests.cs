using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drydock.Lab;
using Drydock.Lab.Monitoring;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd.Monitoring;

/// <summary>
/// A real Prometheus scrapes a real upgrade with a hold, a failure and a rollback. With DRYDOCK_DRAW_MONITORING=1 the
/// run also draws the pictures of docs/monitoring.md.
/// </summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed partial class MonitoringTests(StageFixture fixture)
{
    private const string Name = "oms-322-to-422";

    // What these report does not happen in this run. The rules are tested with promtool; here their series must exist.
    private static readonly string[] Silent =
    [
        "DrydockDowntimeLong", "DrydockStepLate", "DrydockSnapshotTooOld", "DrydockStorageAlmostFull", "DrydockReconcileErrors",
        "DrydockReconcilePanics", "DrydockQueueStuck", "DrydockWatchStale", "DrydockCrdOutdated",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/monitoring.md")]
    public async Task Prometheus_answers_every_query_of_dashboard_and_alerts()
    {
        var stage = await fixture.ResetAsync();
        await stage.Oms.SetKnobsAsync(new OmsKnobs { Init = new OmsFault("fail", Version: stage.Oms.To.Version) });
        var space = await stage.NewNamespaceAsync();
        await stage.Operator.ApplySecretsAsync(
            space,
            [StageSecret.Opaque("db", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword), ("host", stage.MetaDb.Address))]);
        await using var op = stage.StartOperator(new LabOperatorOptions { Arguments = ["--log-format", "json"] });
        await op.WaitUntilReadyAsync(Token);
        await using var prometheus = await LabPrometheus.StartAsync(
            stage.Run, op.Address, Repository.PathOf("config", "monitoring", "prometheus-rules.yaml"), Token);
        var rules = (await prometheus.RulesAsync(Token)).ToDictionary(rule => rule.Name, rule => rule.Query, StringComparer.Ordinal);

        await RunAsync(stage, space, prometheus, rules);

        (await Shell.TryRunAsync("promtool", ["check", "metrics"], await op.GetAsync("/metrics", Token), cancellationToken: Token))
            .ShouldBe(new ShellResult(0, "", ""));
        await RunPageAsync(stage, space, op);
        await op.StopAsync();
        await SeenAsync(prometheus, rules["DrydockDown"]);
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

    private static async Task RunPageAsync(UpgradeStage stage, string space, LabOperator op)
    {
        const string Page = "docs/monitoring.md";
        var page = await PageRun.StartAsync(stage.Run, stage.ControlPlane, Repository.Root, "monitoring", Token);
        (page.Variables["OPERATOR"], page.Variables["SPACE"], page.Variables["LOG"]) = (op.Address, space, op.Process.LogPath);

        var outputs = await page.RunPageAsync(Page, cancellationToken: Token);

        page.NotRun(Page).ShouldBeEmpty();
        outputs[0].Output.ShouldContain($"name=\"{Name}\"");
        outputs[^1].Output.ShouldContain("\"step\":\"StopOld/oms-a\"");
    }

    // A hold in the downtime, a failure in the downtime, a rollback; beside it a stalled upgrade, a good snapshot and a
    // failed one.
    private static async Task RunAsync(UpgradeStage stage, string space, LabPrometheus prometheus, Dictionary<string, string> rules)
    {
        await ApplySnapshotAsync(stage, space, "good", stage.Snapshots);
        await ApplySnapshotAsync(stage, space, "bad", "/etc");
        var bad = stage.Manifest(space, "bad");
        bad["spec"]!["fromVersion"] = "1.0.0";
        await stage.ApplyAsync(bad.ToJsonString());
        await stage.WaitForAsync(space, u => u.IsStalled(), name: "bad", cancellationToken: Token);
        await SeenAsync(prometheus, rules["DrydockRunStalled"]);
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("StartNew");
        await stage.ApplyAsync(manifest.ToJsonString());
        var held = await stage.WaitForAsync(space, u => u.IsHeld(), cancellationToken: Token);
        await SeenAsync(prometheus, rules["DrydockHeldDuringDowntime"]);
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "omsu", Name, $"drydock.dev/approve=StartNew@{held.ShortHash()}"], cancellationToken: Token);

        await stage.WaitForAsync(space, u => u.IsStalled(), cancellationToken: Token);
        await SeenAsync(prometheus, rules["DrydockRunStalledDuringDowntime"]);
        manifest["spec"]!["desiredState"] = "RolledBack";
        await stage.ApplyAsync(manifest.ToJsonString());
        await stage.WaitForAsync(space, u => u.IsOver("RolledBack"), cancellationToken: Token);
        await SeenAsync(prometheus, $"drydock_run_end_timestamp_seconds{{name=\"{Name}\"}}");
        await SeenAsync(prometheus, "drydock_snapshots{series=\"nightly\", state=\"usable\"} == 1");
        await SeenAsync(prometheus, rules["DrydockSnapshotFailed"]);
        await SeenAsync(prometheus, "drydock_storage_free_bytes");
    }

    private static Task ApplySnapshotAsync(UpgradeStage stage, string space, string name, string root) => stage.ApplyAsync(new JsonObject
    {
        ["apiVersion"] = "drydock.dev/v1alpha1",
        ["kind"] = "BackupSnapshot",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
        ["spec"] = new JsonObject
        {
            ["source"] = new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = "db" } },
            ["databases"] = new JsonArray([.. stage.Oms.Databases.Take(1).Select(d => (JsonNode)d)]),
            ["series"] = "nightly",
            ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = root } },
        },
    }.ToJsonString());

    private static Task SeenAsync(LabPrometheus prometheus, string query) => Deadline.UntilAsync(
        $"Prometheus to see {query}", async token => (await prometheus.QueryAsync(query, token)).Count > 0, cancellationToken: Token);

    // Legend labels and points of the series that have a number at any time.
    private static List<(JsonNode Labels, IReadOnlyList<(double At, double Value)> Points)> Points(JsonArray result) =>
    [
        .. result.Select(series => (
                Labels: series!["metric"]!,
                Points: (IReadOnlyList<(double At, double Value)>)
                [
                    .. series["values"]!.AsArray()
                        .Select(v => (v![0]!.GetValue<double>(), double.Parse(v[1]!.GetValue<string>().Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)))
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

        var folder = Directory.CreateDirectory(Repository.PathOf("docs", "monitoring")).FullName;
        foreach (var panel in (string[])["Progress", "Steps by state", "Downtime", "Time in the current phase", "Average duration of steps", "Duration of reconciliations, 99th percentile", "Queue", "Resources of the process"])
        {
            List<(string, IReadOnlyList<(double, double)>)> series = [];
            var unit = "none";
            foreach (var target in Dashboard.Queries.Where(q => q.Panel == panel))
            {
                unit = target.Unit;
                series.AddRange(Points(await prometheus.HistoryAsync(target.Query, Token)).Select(s => (
                    Placeholder().Replace(target.Legend, m => s.Labels[m.Groups[1].Value]?.GetValue<string>() ?? ""),
                    (IReadOnlyList<(double, double)>)[.. s.Points.Select(p => (p.At - prometheus.StartedAt.ToUnixTimeSeconds(), p.Value))])));
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
