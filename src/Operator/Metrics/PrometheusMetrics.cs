using Prometheus;

namespace Drydock.Operator.Metrics;

/// <summary>Gives the instruments of Drydock and of the .NET runtime to prometheus-net. What is recorded is accumulated
/// from the creation on, so create it before the parts that record. Observable instruments are asked at each
/// collection, into a registry that is used only once: a series that they no longer report has ended.</summary>
internal sealed class PrometheusMetrics : IDisposable
{
    public const string ContentType = PrometheusConstants.TextContentTypeWithVersionAndEncoding;

    private readonly MeterListener _listener = new();
    private readonly CollectorRegistry _recorded = Prometheus.Metrics.NewCustomRegistry();
    private readonly Lock _collecting = new();
    private CollectorRegistry _observed = Prometheus.Metrics.NewCustomRegistry();

    public PrometheusMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Drydock", StringComparison.Ordinal)
                || instrument.Meter.Name == "System.Runtime")
            {
                listener.EnableMeasurementEvents(instrument, RecorderOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, recorder) => Record(recorder, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, recorder) => Record(recorder, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, recorder) => Record(recorder, value, tags));
        _listener.Start();
    }

    // Records a value with the names and the values of its labels.
    private delegate void Recorder(double value, string[] names, string[] labels);

    private MetricFactory Recorded => Prometheus.Metrics.WithCustomRegistry(_recorded);

    private MetricFactory Observed => Prometheus.Metrics.WithCustomRegistry(_observed);

    public async Task WriteAsync(Stream to, CancellationToken cancellationToken)
    {
        CollectorRegistry observed;
        lock (_collecting)
        {
            observed = _observed = Prometheus.Metrics.NewCustomRegistry();
            _listener.RecordObservableInstruments();
        }

        await _recorded.CollectAndExportAsTextAsync(to, cancellationToken);
        await observed.CollectAndExportAsTextAsync(to, cancellationToken);
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? recorder, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = tags.ToArray();
        Array.Sort(labels, static (one, other) => string.CompareOrdinal(one.Key, other.Key));

        // Null: the instrument was published during a collection. The next one has it.
        ((Recorder?)recorder)?.Invoke(
            value,
            Array.ConvertAll(labels, static label => MetricNames.Plain(label.Key)),
            Array.ConvertAll(labels, static label => label.Value?.ToString() ?? ""));
    }

    private Recorder RecorderOf(Instrument instrument)
    {
        var (name, help) = (MetricNames.Of(instrument), instrument.Description ?? instrument.Name);
        if (instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds })
        {
            var buckets = new HistogramConfiguration { Buckets = [.. bounds] };
            return (value, names, labels) =>
                Recorded.CreateHistogram(name, help, names, buckets).WithLabels(labels).Observe(value);
        }

        return (MetricNames.IsCounter(instrument), instrument.IsObservable) switch
        {
            (true, true) => (value, names, labels) =>
                Observed.CreateCounter(name, help, names).WithLabels(labels).IncTo(value),
            (true, false) => (value, names, labels) =>
                Recorded.CreateCounter(name, help, names).WithLabels(labels).Inc(value),
            (false, true) => (value, names, labels) =>
                Observed.CreateGauge(name, help, names).WithLabels(labels).Set(value),
            (false, false) => (value, names, labels) =>
                Recorded.CreateGauge(name, help, names).WithLabels(labels).Inc(value),
        };
    }
}
