using Drydock.Lab.Monitoring;

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
        await Deadline.UntilAsync("the span of the whole upgrade", _ => Task.FromResult(
            receiver.Spans.Any(s => s.Name.EndsWith(" attempt", StringComparison.Ordinal))));
        await Deadline.UntilAsync("the end in the metrics", _ => Task.FromResult(
            receiver.Metrics.Any(m => m.Name == "drydock_run_end_timestamp_seconds")));
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
        upgrade.Steps().Any(s => (s["id"]?.GetValue<string>() ?? "").StartsWith($"{phase}/", StringComparison.Ordinal)
            && s["startedAt"] is not null);

    private static void AssertTrace(JsonNode done, IReadOnlyList<ReceivedSpan> received)
    {
        var spans = received.Where(s => s.Attributes["drydock.uid"] == done["metadata"]!["uid"]!.GetValue<string>())
            .ToList();
        var root = spans.Where(s => s.Parent.Length == 0).ShouldHaveSingleItem();
        var name = $"OmsUpgrade {done["metadata"]!["namespace"]}/{done["metadata"]!["name"]}";
        (root.Name, $"00-{root.Trace}-{root.Id}-01")
            .ShouldBe((name, done["status"]!["traceparent"]!.GetValue<string>()));
        root.Resource["deployment.environment.name"].ShouldBe("lab");
        var others = spans.Where(s => s.Parent.Length > 0).ToList();
        others.ShouldAllBe(s => s.Trace == root.Trace && s.Parent == root.Id);
        others.Single(s => s.Name == $"{name} attempt").IsFailed.ShouldBeFalse();

        // A step that was sent again after a kill is the same but for the id of its span.
        var steps = others.Where(s => s.Attributes.ContainsKey("drydock.step"))
            .GroupBy(s => (s.Name, s.StartedAt)).ToList();
        steps.ShouldAllBe(same => same.Select(Describe).Distinct(StringComparer.Ordinal).Count() == 1);
        foreach (var again in steps.SelectMany(same => same.Skip(1)).GroupBy(
            s => s.Resource["service.instance.id"], StringComparer.Ordinal))
        {
            (again.Max(s => s.EndedAt) - again.Min(s => s.EndedAt))
                .ShouldBeLessThan(TimeSpan.FromSeconds(1), "a process sends the last steps again, and no other");
        }

        var succeeded = steps.Select(same => same.First())
            .Where(s => s.Attributes["drydock.outcome"] == "succeeded").ToList();
        succeeded.Select(s => s.Name).Order(StringComparer.Ordinal)
            .ShouldBe(done.Steps().Select(s => s["id"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        foreach (var step in done.Steps())
        {
            var span = succeeded.Single(s => s.Name == step["id"]!.GetValue<string>());
            // .NET gives a span without duration one tick.
            span.EndedAt.ShouldBe(step["finishedAt"]!.GetValue<DateTimeOffset>(), TimeSpan.FromTicks(1));
            span.Attributes["drydock.action"].ShouldBe(step["action"]!.GetValue<string>());
        }
    }

    private static void AssertMetrics(IReadOnlyList<ReceivedMetric> metrics)
    {
        metrics.ShouldContain(
            m => m.Name == "drydock_run_info" && m.Kind == "gauge" && m.Attributes["phase"] == "Succeeded");
        metrics.ShouldContain(m => m.Name == "drydock_runs_ended_total" && m.Kind == "sum" && m.IsCumulative
            && m.Attributes["result"] == "succeeded" && m.Value == 1);
        metrics.ShouldContain(m => m.Name == "drydock_step_duration_seconds" && m.Kind == "histogram"
            && m.Buckets.Count == m.Bounds.Count + 1);

        // The last request shows each object once: a phase that is over has no series any more.
        var last = metrics.Reverse().SkipWhile(m => m.Name != "drydock_run_info")
            .TakeWhile(m => m.Name == "drydock_run_info");
        last.Count(m => m.Attributes["kind"] == "OmsUpgrade").ShouldBe(1);
    }

    private static void AssertLog(LabOperator op, JsonNode done)
    {
        // A process that was killed may leave half a line.
        var lines = op.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipLast(1)
            .Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        lines.ShouldAllBe(
            line => line.Select(field => field.Key).Take(3).SequenceEqual(new[] { "time", "level", "msg" }));
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
        $"{span.Trace} {span.Parent} {span.Name} {span.StartedAt:O} {span.EndedAt:O} {span.IsFailed} "
        + $"{string.Join(',', span.Attributes)}";
}
