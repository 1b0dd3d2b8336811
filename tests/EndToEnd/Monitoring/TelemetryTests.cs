using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Monitoring;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd.Monitoring;

/// <summary>Traces, metrics and log of a real upgrade whose operator is killed three times.</summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TelemetryTests(StageFixture fixture)
{
    private const string Token = "token-of-the-collector";

    [Fact]
    public async Task Upgrade_with_three_kills_is_one_trace_with_every_step()
    {
        var stage = await fixture.ResetAsync();
        await using var receiver = await OtlpReceiver.StartAsync(TestContext.Current.CancellationToken);
        var options = new LabOperatorOptions
        {
            LeaderElection = false,
            Arguments = ["--log-format", "json"],
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint,
                ["OTEL_EXPORTER_OTLP_HEADERS"] = $"authorization=Bearer%20{Token}",
                ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=lab",
            },
        };
        var space = await stage.NewNamespaceAsync();
        List<LabOperator> operators = [stage.StartOperator(options)];
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());

        foreach (var phase in (string[])["Backup", "CorrectMetadata", "Verify"])
        {
            await stage.WaitForAsync(space, u => Begun(u, phase));
            await operators[^1].KillAsync();
            operators.Add(stage.StartOperator(options));
        }

        var done = await stage.WaitForAsync(space, u => u.IsOver());
        await Deadline.UntilAsync("the span of the whole upgrade", _ => Task.FromResult(receiver.Spans.Any(s => s.Parent.Length == 0)));
        await Deadline.UntilAsync("the end in the metrics", _ => Task.FromResult(receiver.Metrics.Any(m => m.Name == "drydock_run_end_timestamp_seconds")));
        await operators[^1].StopAsync();

        AssertTrace(done, receiver.Spans);
        AssertMetrics(receiver.Metrics);
        receiver.Requests.ShouldAllBe(r => r.Contains($"Bearer {Token}", StringComparison.Ordinal));
        foreach (var op in operators)
        {
            AssertLog(op, done);
            await op.DisposeAsync();
        }
    }

    private static bool Begun(JsonNode upgrade, string phase) =>
        upgrade.Steps().Any(s => (s["id"]?.GetValue<string>() ?? "").StartsWith($"{phase}/", StringComparison.Ordinal) && s["startedAt"] is not null);

    private static void AssertTrace(JsonNode done, IReadOnlyList<ReceivedSpan> received)
    {
        var spans = received.Where(s => s.Attributes["drydock.uid"] == done["metadata"]!["uid"]!.GetValue<string>()).ToList();
        spans.Select(s => s.Trace).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();

        // A span that was sent again after a kill is the same to the last byte.
        var byId = spans.GroupBy(s => s.Id, StringComparer.Ordinal).ToList();
        byId.ShouldAllBe(same => same.Select(Describe).Distinct(StringComparer.Ordinal).Count() == 1);
        var whole = byId.Select(same => same.First()).Single(s => s.Parent.Length == 0);
        whole.Name.ShouldBe($"OmsUpgrade {done["metadata"]!["namespace"]}/{done["metadata"]!["name"]}");
        whole.IsFailed.ShouldBeFalse();
        whole.Resource["deployment.environment.name"].ShouldBe("lab");
        var steps = byId.Select(same => same.First()).Where(s => s.Parent.Length > 0).ToList();
        steps.ShouldAllBe(s => s.Parent == whole.Id);
        steps.Where(s => s.Attributes["drydock.outcome"] == "succeeded").Select(s => s.Name).Order(StringComparer.Ordinal)
            .ShouldBe(done.Steps().Select(s => s["id"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        foreach (var step in done.Steps())
        {
            var span = steps.Single(s => s.Name == step["id"]!.GetValue<string>() && s.Attributes["drydock.outcome"] == "succeeded");
            span.EndedAt.ShouldBe(step["finishedAt"]!.GetValue<DateTimeOffset>());
            span.Attributes["drydock.action"].ShouldBe(step["action"]!.GetValue<string>());
        }
    }

    private static void AssertMetrics(IReadOnlyList<ReceivedMetric> metrics)
    {
        metrics.ShouldContain(m => m.Name == "drydock_run_info" && m.Kind == "gauge" && m.Attributes["phase"] == "Succeeded");
        metrics.ShouldContain(m => m.Name == "drydock_runs_ended_total" && m.Kind == "sum" && m.IsCumulative && m.Attributes["result"] == "succeeded" && m.Value == 1);
        metrics.ShouldContain(m => m.Name == "drydock_step_duration_seconds" && m.Kind == "histogram" && m.Buckets.Count == m.Bounds.Count + 1);

        // The last request shows each object once: a phase that is over has no series any more.
        var last = metrics.Skip(metrics.ToList().FindLastIndex(m => m.Name == "controller_runtime_active_workers"));
        last.Count(m => m.Name == "drydock_run_info" && m.Attributes["kind"] == "OmsUpgrade").ShouldBe(1);
    }

    private static void AssertLog(LabOperator op, JsonNode done)
    {
        // A process that was killed may leave half a line.
        var lines = op.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        lines.ShouldAllBe(line => line.Select(field => field.Key).Take(3).SequenceEqual(new[] { "time", "level", "msg" }));
        lines.ShouldAllBe(line => line.All(field => field.Value is JsonValue), "a nested field");
        var ended = lines.FirstOrDefault(line => line["event"]?.GetValue<string>() == "StepEnded");
        if (ended is not null)
        {
            ended["controller"]!.GetValue<string>().ShouldBe("omsupgrades");
            ended["namespace"]!.GetValue<string>().ShouldBe(done["metadata"]!["namespace"]!.GetValue<string>());
            ended["uid"]!.GetValue<string>().ShouldBe(done["metadata"]!["uid"]!.GetValue<string>());
            ended["trace_id"]!.GetValue<string>().Length.ShouldBe(32);
            ended["step"]!.GetValue<string>().ShouldContain('/');
        }

        op.Log.ShouldNotContain(Token);
    }

    private static string Describe(ReceivedSpan span) =>
        $"{span.Trace} {span.Parent} {span.Name} {span.StartedAt:O} {span.EndedAt:O} {span.IsFailed} {string.Join(',', span.Attributes)}";
}
