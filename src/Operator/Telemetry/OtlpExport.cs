using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Drydock.Operator.Telemetry;

/// <summary>Sends metrics and the spans of runs with OpenTelemetry, from its creation on. Builds nothing for a signal
/// that is sent nowhere.</summary>
internal sealed class OtlpExport : IDisposable
{
    private const int LastWordsMilliseconds = 2_000;
    private const int MostObjects = RunGauges.MostOpen + RunGauges.MostEnded;

    // How long the package repeats a request with spans. Metrics are not repeated: the next request has newer values.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);
    private static readonly KeyValuePair<string, string?> Repeat =
        new("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");

    private readonly OtlpSettings _settings;
    private readonly ResourceBuilder _resource;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TracerProvider? _traces;
    private readonly IReadOnlyList<MeterProvider> _metrics;

    /// <summary>Connects to nothing yet.</summary>
    /// <exception cref="OperatorOptionException">The file of certificates cannot be read.</exception>
    public OtlpExport(OtlpSettings settings, string version, string instance, TimeProvider time, ILogger logger)
    {
        (_settings, _time, _logger) = (settings, time, logger);
        _resource = ResourceBuilder.CreateEmpty()
            .AddService("drydock", serviceVersion: version, serviceInstanceId: instance)
            .AddEnvironmentVariableDetector();
        _metrics = settings.Metrics is { } metrics ? [Metrics(metrics, false), Metrics(metrics, true)] : [];
        _traces = settings.Traces is { } traces ? Traces(traces) : null;
    }

    public void Dispose()
    {
        // What waits is sent, within the limit.
        _traces?.Shutdown(LastWordsMilliseconds);
        _traces?.Dispose();
        foreach (var provider in _metrics)
        {
            provider.Shutdown(LastWordsMilliseconds);
            provider.Dispose();
        }
    }

    // Each span is sent at once: a kill loses none that waits for others.
    private TracerProvider Traces(OtlpTarget target) => Sdk.CreateTracerProviderBuilder()
        .ConfigureServices(services => services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddConfiguration(_settings.Environment).AddInMemoryCollection([Repeat]).Build()))
        .SetResourceBuilder(_resource)
        .SetSampler(new AlwaysOnSampler())
        .AddSource(RunSpans.SourceName)
        .AddOtlpExporter(exporter =>
        {
            Set(exporter, target, "Traces", Patience);
            exporter.BatchExportProcessorOptions = new() { MaxExportBatchSize = 1 };
        })
        .Build();

    // The gauges of objects end with their objects, and the room that a series took is used again only with Delta,
    // which means nothing else for a gauge. Counters and histograms count from the start of the process.
    private MeterProvider Metrics(OtlpTarget target, bool ofObjects) => Sdk.CreateMeterProviderBuilder()
        .ConfigureServices(services => services.AddSingleton(_settings.Environment))
        .SetResourceBuilder(_resource)
        .AddMeter("Drydock*", "System.Runtime")
        .AddView(instrument => IsOfObjects(instrument) == ofObjects
            ? new MetricStreamConfiguration { CardinalityLimit = MostSeries(instrument) }
            : MetricStreamConfiguration.Drop)
        .AddOtlpExporter((exporter, reader) =>
        {
            Set(exporter, target, "Metrics", target.Timeout);
            reader.TemporalityPreference =
                ofObjects ? MetricReaderTemporalityPreference.Delta : MetricReaderTemporalityPreference.Cumulative;
        })
        .Build();

    private void Set(OtlpExporterOptions exporter, OtlpTarget target, string what, TimeSpan patience)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = target.Endpoint;
        exporter.Compression = target.IsCompressed ? OtlpExportCompression.GZip : OtlpExportCompression.None;
        exporter.Headers = null;
        exporter.HttpClientFactory = () => OtlpHttp.Client(target, what, patience, _time, _logger);
    }

    private static bool IsOfObjects(Instrument instrument) =>
        instrument is { IsObservable: true, Meter.Name: RunGauges.MeterName or SnapshotMetrics.MeterName };

    // Room is reserved for so many series, 120 bytes each. An object has one in a gauge, or up to five. A series that
    // has just ended takes its room until the next collection.
    private static int MostSeries(Instrument instrument) => (instrument.Meter.Name, instrument.Name) switch
    {
        (_, "drydock_run_condition" or "drydock_run_steps" or "drydock_snapshots") => 6 * MostObjects,
        (RunGauges.MeterName or SnapshotMetrics.MeterName, _) => 2 * MostObjects,
        ("System.Runtime", _) => 100,
        _ => 1_000,
    };
}
