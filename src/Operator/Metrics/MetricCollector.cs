namespace Drydock.Operator.Metrics;

/// <summary>Collects the instruments of Drydock and of the .NET runtime (memory, threads, timers, exceptions).
/// Counters, histograms and the like are accumulated as they are recorded, so create it before the parts that record.
/// Observable instruments are asked at each collection and report only what they report then: a series that they no
/// longer report has ended.</summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, FamilyCells> _families = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly Lock _collecting = new();

    public MetricCollector(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Drydock", StringComparison.Ordinal)
                || instrument.Meter.Name == "System.Runtime")
            {
                listener.EnableMeasurementEvents(instrument, CellsOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, cells) => Record(cells, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, cells) => Record(cells, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, cells) => Record(cells, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<MetricFamily> Collect()
    {
        lock (_collecting)
        {
            foreach (var family in _families.Values)
            {
                family.ForgetObserved();
            }

            _listener.RecordObservableInstruments();
            return
            [
                .. _families.Values
                    .Select(family => family.Read())
                    .Where(family => family.Series.Count > 0)
                    .OrderBy(family => family.Name, StringComparer.Ordinal),
            ];
        }
    }

    public void Dispose() => _listener.Dispose();

    // An instrument that is published during a collection is asked before its cells are known; the next one has it.
    private static void Record(object? cells, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((FamilyCells?)cells)?.Record(value, tags);

    private FamilyCells CellsOf(Instrument instrument)
    {
        var kind = KindOf(instrument);
        return _families.GetOrAdd(
            MetricNames.Of(instrument, kind), name => new FamilyCells(name, kind, instrument, _time));
    }

    private static MetricKind KindOf(Instrument instrument) => instrument switch
    {
        Histogram<double> or Histogram<long> or Histogram<int> => MetricKind.Histogram,
        Counter<long> or Counter<int> or Counter<double> => MetricKind.Counter,
        ObservableCounter<long> or ObservableCounter<int> or ObservableCounter<double> => MetricKind.Counter,
        _ => MetricKind.Gauge,
    };
}
