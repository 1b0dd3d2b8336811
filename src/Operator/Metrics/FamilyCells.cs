namespace Drydock.Operator.Metrics;

/// <summary>The series of one metric while they are recorded.</summary>
internal sealed class FamilyCells
{
    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly string _help;
    private readonly MetricKind _kind;
    private readonly bool _isObserved;
    private readonly bool _isReplaced;
    private readonly double[] _bounds;
    private readonly TimeProvider _time;

    public FamilyCells(string name, MetricKind kind, Instrument instrument, TimeProvider time)
    {
        _name = name;
        _kind = kind;
        _help = instrument.Description ?? instrument.Name;
        _isObserved = instrument.IsObservable;
        _isReplaced = _isObserved || instrument is Gauge<long> or Gauge<int> or Gauge<double>;
        _bounds = kind == MetricKind.Histogram
            ? [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? []]
            : [];
        _time = time;
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new KeyValuePair<string, string>[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            labels[i] = new(MetricNames.Plain(tags[i].Key), tags[i].Value?.ToString() ?? "");
        }

        Array.Sort(labels, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        var key = new StringBuilder();
        foreach (var (name, text) in labels)
        {
            key.Append(name).Append('\0').Append(text).Append('\0');
        }

        _cells.GetOrAdd(
            key.ToString(),
            static (_, made) => new Cell(made.Labels, made.Family._bounds, made.Family._time.GetUtcNow()),
            (Labels: labels, Family: this)).Add(value, _isReplaced);
    }

    public void ForgetObserved()
    {
        if (_isObserved && _kind != MetricKind.Counter)
        {
            _cells.Clear();
        }
    }

    public MetricFamily Read() => new(
        _name,
        _help,
        _kind,
        _bounds,
        [.. _cells.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value.Read(_kind))]);

    private sealed class Cell(KeyValuePair<string, string>[] labels, double[] bounds, DateTimeOffset since)
    {
        private readonly Lock _gate = new();
        private readonly long[] _buckets = new long[bounds.Length + 1];
        private double _sum;

        public void Add(double value, bool replaces)
        {
            // The first bound that is not below the value; beyond the last one the bucket without bound.
            var place = Array.BinarySearch(bounds, value);
            lock (_gate)
            {
                _sum = replaces ? value : _sum + value;
                _buckets[place < 0 ? ~place : place]++;
            }
        }

        public MetricSeries Read(MetricKind kind)
        {
            lock (_gate)
            {
                return new MetricSeries(labels, _sum, kind == MetricKind.Histogram ? [.. _buckets] : [], since);
            }
        }
    }
}
