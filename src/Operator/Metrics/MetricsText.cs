using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Drydock.Operator.Metrics;

/// <summary>
/// Collects the instruments of all Drydock meters and of the runtime (memory, threads, timers, exceptions) and renders
/// them in the Prometheus text format: counters and gauges unchanged, histograms as sum and count. The package feed has
/// no exporter for this format.
/// </summary>
public sealed class MetricsText : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, string Labels), Cell> _cells = new();

    /// <summary>Starts collecting.</summary>
    public MetricsText()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Drydock", StringComparison.Ordinal)
                || instrument.Meter.Name == "System.Runtime")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All metrics as text.</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var group in
            _cells.GroupBy(c => c.Key.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var kind = group.First().Value.Kind;
            text.Append("# TYPE ")
                .Append(group.Key)
                .Append(' ')
                .Append(kind == Kind.Histogram ? "summary" : kind == Kind.Counter ? "counter" : "gauge")
                .Append('\n');
            foreach (var ((name, labels), cell) in group.OrderBy(c => c.Key.Labels, StringComparer.Ordinal))
            {
                Line(text, kind == Kind.Histogram ? name + "_sum" : name, labels, cell.Sum);
                if (kind == Kind.Histogram)
                {
                    Line(text, name + "_count", labels, cell.Count);
                }
            }
        }

        Line(text, "process_resident_memory_bytes", "", Environment.WorkingSet);
        return text.ToString();
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name)
            .Append(labels)
            .Append(' ')
            .Append(value.ToString("R", CultureInfo.InvariantCulture))
            .Append('\n');

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kind = KindOf(instrument);
        var name = new string([.. instrument.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        var labels = string.Join(
            ',',
            tags.ToArray()
                .OrderBy(t => t.Key, StringComparer.Ordinal)
                .Select(t => $"{t.Key.Replace('.', '_')}=\"{Escape(t.Value?.ToString() ?? "")}\""));
        var cell = _cells.GetOrAdd((name, labels.Length == 0 ? "" : $"{{{labels}}}"), _ => new Cell(kind));
        cell.Add(value, replace: instrument.IsObservable || kind == Kind.Gauge);
    }

    private static Kind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? Kind.Histogram
            : type.StartsWith("Counter", StringComparison.Ordinal)
                || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? Kind.Counter
            : type.StartsWith("UpDown", StringComparison.Ordinal) ? Kind.UpDown
            : Kind.Gauge;
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    private enum Kind
    {
        Counter,
        UpDown,
        Gauge,
        Histogram,
    }

    private sealed class Cell(Kind kind)
    {
        private readonly Lock _gate = new();

        public Kind Kind { get; } = kind;

        public double Sum { get; private set; }

        public long Count { get; private set; }

        public void Add(double value, bool replace)
        {
            lock (_gate)
            {
                Sum = replace ? value : Sum + value;
                Count++;
            }
        }
    }
}
