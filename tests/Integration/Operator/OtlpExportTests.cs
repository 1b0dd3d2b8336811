using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using Drydock.Crds.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Lab.Monitoring;
using Drydock.Operator;
using Drydock.Operator.Telemetry;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Integration.Operator;

/// <summary>Spans and metrics on their way to a receiver, as the package of OpenTelemetry sends them.</summary>
public sealed class OtlpExportTests : ILogger
{
    private const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentQueue<string> _log = new();
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal);
    private readonly RunSpans _spans = new(() => true, TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Without_an_endpoint_nobody_listens()
    {
        using var export = new OtlpExport(
            OtlpSettings.Read(new ConfigurationBuilder().Build()), "1", "a", TimeProvider.System, this);

        using var source = new ActivitySource(RunSpans.SourceName);
        source.HasListeners().ShouldBeFalse();
        using var meter = new Meter(RunGauges.MeterName);
        meter.CreateCounter<long>("drydock_nobody_total").Enabled.ShouldBeFalse();
    }

    [Fact]
    public async Task Second_process_goes_on_with_the_trace_of_the_first()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using (Export(receiver.Endpoint, "a"))
        {
            _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));
            await SpanAsync(receiver, span => span.Name == "StopOld/oms-a");
        }

        // The new process reads the status, and its step ends.
        using (Export(receiver.Endpoint, "b"))
        {
            var found = Run(StepState.Succeeded, StepState.Running);
            RunSpans.Resume(found);
            _spans.Changed(found, Run(StepState.Succeeded, StepState.Succeeded));
            await SpanAsync(receiver, span => span.Name == "StopOld/oms-b");
        }

        receiver.Spans.Select(span => $"{span.Resource["service.instance.id"]} {span.Name}")
            .ShouldBe(
                ["a StopOld/oms-a", "b StopOld/oms-a", "b StopOld/oms-b"],
                "the last step of the first process is sent once more");
        receiver.Spans.ShouldAllBe(span => $"00-{span.Trace}-{span.Parent}-01" == Traceparent);
        receiver.Spans.DistinctBy(span => span.Id).Count().ShouldBe(receiver.Spans.Count);
        var first = receiver.Spans[0];
        (first.Name, first.StartedAt, first.EndedAt, first.IsFailed)
            .ShouldBe(("StopOld/oms-a", Start, Start.AddMinutes(1), false));
        first.Attributes["drydock.action"].ShouldBe("StopContainer");
        first.Attributes.Values.ShouldNotContain(value => value.Contains("parameter-value", StringComparison.Ordinal));
        first.Resource["service.version"].ShouldBe("1.2.3");
    }

    [Fact]
    public async Task First_span_is_the_one_that_the_traceparent_names()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using var export = Export(receiver.Endpoint);
        var begun = RunSpans.Begin("OmsUpgrade", Run(StepState.Running).Metadata, new OmsUpgradeStatus());
        begun.Stop();

        await SpanAsync(receiver, span => span.Parent.Length == 0);

        var span = receiver.Spans.ShouldHaveSingleItem();
        (span.Name, $"00-{span.Trace}-{span.Id}-01").ShouldBe(("OmsUpgrade oms/night", begun.Id));
    }

    [Fact]
    public async Task No_span_waits_for_others()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using var export = Export(receiver.Endpoint);
        for (var i = 0; i < 3; i++)
        {
            _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));
        }

        await Deadline.UntilAsync(
            "the spans", _ => Task.FromResult(receiver.Spans.Count == 3), cancellationToken: Token);

        receiver.Requests.Count(r => r.StartsWith("/v1/traces", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task Spans_wait_for_a_receiver_that_is_away()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        receiver.Answer = 503;
        using var export = Export(receiver.Endpoint);
        _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));
        await Deadline.UntilAsync(
            "a refused request", _ => Task.FromResult(receiver.Requests.Count > 1), cancellationToken: Token);

        receiver.Answer = 200;

        await SpanAsync(receiver, span => span.Name == "StopOld/oms-a");
        receiver.Spans.ShouldHaveSingleItem();
        _log.ShouldHaveSingleItem().ShouldBe($"Traces were not sent: {receiver.Endpoint}/v1/traces answered 503.");
    }

    [Fact]
    public async Task Spans_that_the_receiver_refuses_for_good_are_dropped()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        receiver.Answer = 400;
        using var export = Export(receiver.Endpoint);
        _spans.Changed(Run(StepState.Running), Run(StepState.Failed));
        await Deadline.UntilAsync("a refused request", _ => Task.FromResult(!_log.IsEmpty), cancellationToken: Token);
        receiver.Answer = 200;

        _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));

        await SpanAsync(receiver, span => !span.IsFailed);
        receiver.Spans.ShouldAllBe(s => !s.IsFailed);
    }

    [Fact]
    public async Task Receiver_that_hangs_holds_up_nobody_and_is_asked_again()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        var hold = new TaskCompletionSource();
        receiver.Hold = hold.Task;
        var time = new ManualTimeProvider();
        using var export = Export(receiver.Endpoint, time: time);
        for (var i = 0; i < 3000; i++)
        {
            // More than the queue holds.
            _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));
        }

        await Deadline.UntilAsync("the first request", _ => Task.FromResult(time.Timers > 0), cancellationToken: Token);
        time.Advance(TimeSpan.FromSeconds(10));
        await Deadline.UntilAsync("the report", _ => Task.FromResult(!_log.IsEmpty), cancellationToken: Token);
        _log.ShouldHaveSingleItem()
            .ShouldBe($"Traces were not sent: {receiver.Endpoint}/v1/traces did not answer within 10 s.");

        receiver.Hold = null;
        hold.SetResult();

        await SpanAsync(receiver, span => span.Name == "StopOld/oms-a");
    }

    [Fact]
    public async Task Receiver_that_nobody_listens_for_is_reported_once()
    {
        string endpoint;
        await using (var receiver = await OtlpReceiver.StartAsync(Token))
        {
            endpoint = receiver.Endpoint;
        }

        using var export = Export(endpoint);
        _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));

        await Deadline.UntilAsync("the report", _ => Task.FromResult(!_log.IsEmpty), cancellationToken: Token);
        _log.ShouldHaveSingleItem().ShouldStartWith($"Traces were not sent: {endpoint}/v1/traces cannot be reached: ");
    }

    [Fact]
    public async Task Last_spans_and_metrics_are_sent_at_the_end_with_the_headers()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        _environment["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer%20a%2Cb";
        _environment["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip";
        _environment["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=lab";
        using (Export(receiver.Endpoint))
        {
            using var meter = new Meter("Drydock.Test");
            meter.CreateCounter<long>("drydock_last_total").Add(3);
            _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));
        }

        receiver.Spans.ShouldHaveSingleItem().Resource["deployment.environment.name"].ShouldBe("lab");
        receiver.Spans[0].Resource["service.name"].ShouldBe("drydock");
        receiver.Metrics.Single(m => m.Name == "drydock_last_total").Value.ShouldBe(3);
        receiver.Requests.ShouldAllBe(
            r => r.Contains("Bearer a,b", StringComparison.Ordinal) && r.Contains("gzip", StringComparison.Ordinal));
        receiver.Requests.ShouldAllBe(r => !r.Contains("traceparent", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Counters_and_histograms_count_from_the_start_and_keep_their_bounds()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        _environment["OTEL_METRIC_EXPORT_INTERVAL"] = "50";
        using var meter = new Meter("Drydock.Test");
        using var export = Export(receiver.Endpoint);
        var counter = meter.CreateCounter<long>("drydock_seen_total");
        var histogram = meter.CreateHistogram(
            "drydock_wait_seconds", "s", "", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 5] });
        counter.Add(2);
        await MetricAsync(receiver, m => m is { Name: "drydock_seen_total", Value: 2 });
        counter.Add(1);
        histogram.Record(1);
        histogram.Record(50);

        var seen = await MetricAsync(receiver, m => m is { Name: "drydock_seen_total", Value: 3 });
        var wait = await MetricAsync(receiver, m => m is { Name: "drydock_wait_seconds", Value: 51 });

        (seen.Kind, seen.IsCumulative, wait.Kind, wait.IsCumulative).ShouldBe(("sum", true, "histogram", true));
        wait.Bounds.ShouldBe([1, 2, 5]);
        wait.Buckets.ShouldBe([1UL, 0, 0, 1]);
    }

    [Fact]
    public async Task Series_of_objects_end_and_their_room_is_used_again()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        _environment["OTEL_METRIC_EXPORT_INTERVAL"] = "50";
        _environment["OTEL_TRACES_EXPORTER"] = "none";
        var round = 0;
        using var meter = new Meter(RunGauges.MeterName);
        meter.CreateObservableGauge("drydock_object", () =>
        {
            var now = Volatile.Read(ref round);
            return Enumerable.Range(0, 1200).Select(
                i => new Measurement<int>(now, new KeyValuePair<string, object?>("name", $"{now}-{i}")));
        });
        using var export = Export(receiver.Endpoint);
        for (; round < 5; Interlocked.Increment(ref round))
        {
            await Deadline.UntilAsync(
                "all names of the round",
                _ => Task.FromResult(receiver.Metrics.Where(m => m.Name == "drydock_object"
                    && m.Attributes.GetValueOrDefault("name", "").StartsWith($"{round}-", StringComparison.Ordinal))
                    .DistinctBy(m => m.Attributes["name"]).Count() == 1200),
                cancellationToken: Token);
        }

        receiver.Metrics.ShouldAllBe(m => !m.Attributes.ContainsKey("otel.metric.overflow"));
        receiver.Metrics.Where(m => m.Name == "drydock_object").TakeLast(1200)
            .Select(m => m.Value).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task All_authorities_of_the_file_are_trusted_and_no_other()
    {
        var folder = Directory.CreateTempSubdirectory("drydock-otlp-").FullName;
        using var other = new LabCertificateAuthority("other");
        using var authority = new LabCertificateAuthority("collectors");
        var issued = authority.Issue(folder, "collector", "collector", hosts: ["127.0.0.1"]);
        using var certificate = X509CertificateLoader.LoadPkcs12(
            X509Certificate2.CreateFromPemFile(issued.CertificatePath, issued.KeyPath).Export(X509ContentType.Pkcs12),
            null);
        await using var receiver = await OtlpReceiver.StartAsync(certificate, Token);
        var file = Path.Combine(folder, "authorities.pem");
        _environment["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE"] = file;
        _environment["OTEL_METRICS_EXPORTER"] = "none";

        await File.WriteAllTextAsync(file, other.CertificatePem, Token);
        using (Export(receiver.Endpoint))
        {
            _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));
            await Deadline.UntilAsync("the report", _ => Task.FromResult(!_log.IsEmpty), cancellationToken: Token);
        }

        receiver.Requests.ShouldBeEmpty();
        await File.WriteAllTextAsync(file, $"{other.CertificatePem}\n{authority.CertificatePem}\n", Token);
        using (Export(receiver.Endpoint))
        {
            _spans.Changed(Run(StepState.Running), Run(StepState.Succeeded));
            await SpanAsync(receiver, span => span.Name == "StopOld/oms-a");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task File_without_certificates_is_refused_at_the_start()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n", Token);
        _environment["OTEL_EXPORTER_OTLP_CERTIFICATE"] = file;

        Should.Throw<OperatorOptionException>(() => Export("https://127.0.0.1:1").Dispose()).Message
            .ShouldContain(file);
        File.Delete(file);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _log.Enqueue(formatter(state, exception));

    private static Task SpanAsync(OtlpReceiver receiver, Func<ReceivedSpan, bool> wanted) =>
        Deadline.UntilAsync("the span", _ => Task.FromResult(receiver.Spans.Any(wanted)), cancellationToken: Token);

    private static async Task<ReceivedMetric> MetricAsync(OtlpReceiver receiver, Func<ReceivedMetric, bool> wanted)
    {
        await Deadline.UntilAsync(
            "the metric", _ => Task.FromResult(receiver.Metrics.Any(wanted)), cancellationToken: Token);
        return receiver.Metrics.First(wanted);
    }

    private static RunSample Run(StepState first, StepState second = StepState.Pending) =>
        OmsUpgradeSample.Sampling.Read(new OmsUpgrade
        {
            Metadata = new V1ObjectMeta { Name = "night", Namespace = "oms", Uid = "uid-1" },
            Status = new OmsUpgradeStatus
            {
                Phase = "StopOld",
                StartedAt = Start,
                Traceparent = Traceparent,
                Plan = new StoredPlan
                {
                    Hash = "sha256:1",
                    Steps = [Step("StopOld/oms-a", first), Step("StopOld/oms-b", second)]
                }.AsRun(),
            },
        });

    private static StoredStep Step(string id, StepState state) => new()
    {
        Id = id,
        Action = "StopContainer",
        Parameters = new(StringComparer.Ordinal) { ["password"] = "parameter-value" },
        State = state,
        Attempt = 1,
        Reason = state == StepState.Failed ? Reasons.StepFailed : null,
        StartedAt = state == StepState.Pending ? null : Start,
        FinishedAt = state is StepState.Running or StepState.Pending ? null : Start.AddMinutes(1),
    };

    private OtlpExport Export(string endpoint, string process = "a", TimeProvider? time = null)
    {
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        return new OtlpExport(
            OtlpSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(_environment).Build()),
            "1.2.3",
            process,
            time ?? TimeProvider.System,
            this);
    }
}
