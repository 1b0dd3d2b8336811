using System.Diagnostics;
using System.Diagnostics.Metrics;
using Drydock.Lab;
using Drydock.Lab.Monitoring;
using Drydock.Operator.Metrics;
using Drydock.Operator.Telemetry;
using Drydock.Reconcilers.Upgrades;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Operator;

/// <summary>The operator's export requests say the same as those of OpenTelemetry's own exporter.</summary>
public sealed class OtlpMessagesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 2, 0, 0, 125, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Span_reads_like_one_of_OpenTelemetry()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using var source = new ActivitySource("Drydock");
        ActivityTraceId trace;
        ActivitySpanId id;
        var parent = ActivitySpanId.CreateRandom();
        using (var provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name).SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("night")).AddOtlpExporter(o => To(o, receiver, "traces")).Build())
        {
            trace = ActivityTraceId.CreateRandom();
            using var activity = source.StartActivity("StopOld/oms-a", ActivityKind.Internal, new ActivityContext(trace, parent, ActivityTraceFlags.Recorded), [new("drydock.node", "oms-a")], startTime: Start)!;
            id = activity.SpanId;
            activity.SetStatus(ActivityStatusCode.Error, "StepFailed");
            activity.SetEndTime(Start.AddSeconds(90).UtcDateTime);
        }

        var theirs = receiver.Spans.ShouldHaveSingleItem();
        var ours = OtlpDecoder.Spans(OtlpMessages.Traces(
            [new("service.name", "night")],
            [new TraceSpan(trace, id, parent, "StopOld/oms-a", Start, Start.AddSeconds(90), [new("drydock.node", "oms-a")], "StepFailed")]).ToArray()).ShouldHaveSingleItem();

        (ours.Trace, ours.Id, ours.Parent, ours.Name, ours.StartedAt, ours.EndedAt, ours.IsFailed)
            .ShouldBe((theirs.Trace, theirs.Id, theirs.Parent, theirs.Name, theirs.StartedAt, theirs.EndedAt, theirs.IsFailed));
        ours.IsFailed.ShouldBeTrue();
        ours.Attributes.ShouldBe(theirs.Attributes);
        ours.Resource["service.name"].ShouldBe(theirs.Resource["service.name"]);
    }

    [Fact]
    public async Task Metrics_read_like_those_of_OpenTelemetry()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using var collector = new MetricCollector();
        using var meter = new Meter("Drydock.OtlpMessages");
        using (var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddOtlpExporter(o => To(o, receiver, "metrics")).Build())
        {
            meter.CreateCounter<double>("drydock_a_total").Add(3.5, new KeyValuePair<string, object?>("kind", "x"));
            meter.CreateObservableGauge("drydock_b", () => new Measurement<double>(0.25, new KeyValuePair<string, object?>("kind", "y")));
            var histogram = meter.CreateHistogram("drydock_c_seconds", "s", "", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 5] });
            histogram.Record(1);
            histogram.Record(4);
            histogram.Record(50);
            provider.ForceFlush().ShouldBeTrue();

            var ours = OtlpDecoder.Metrics(OtlpMessages.Metrics([], collector.Collect(), TimeProvider.System.GetUtcNow()).ToArray());

            foreach (var name in (string[])["drydock_a_total", "drydock_b", "drydock_c_seconds"])
            {
                Describe(ours.Single(m => m.Name == name)).ShouldBe(Describe(receiver.Metrics.Single(m => m.Name == name)));
            }
        }
    }

    private static void To(OtlpExporterOptions options, OtlpReceiver receiver, string signal)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri($"{receiver.Endpoint}/v1/{signal}");
    }

    private static string Describe(ReceivedMetric metric) =>
        $"{metric.Name} {metric.Kind} {string.Join(',', metric.Attributes)} {metric.Value} {string.Join(',', metric.Buckets)} {string.Join(',', metric.Bounds)} {metric.IsCumulative}";
}
