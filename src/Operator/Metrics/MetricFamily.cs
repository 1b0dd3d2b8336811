namespace Drydock.Operator.Metrics;

/// <summary>All series of one metric at one moment.</summary>
/// <param name="Name">Its name, with unit and suffix.</param>
/// <param name="Help">What it says, one sentence.</param>
/// <param name="Kind">How its values are to be read.</param>
/// <param name="Bounds">Upper bounds of the buckets, ascending and without infinity. Empty if it is no
/// histogram.</param>
/// <param name="Series">Its series, ordered by their labels.</param>
internal sealed record MetricFamily(
    string Name, string Help, MetricKind Kind, IReadOnlyList<double> Bounds, IReadOnlyList<MetricSeries> Series);

/// <summary>One series at one moment.</summary>
/// <param name="Labels">Its labels, ordered by name.</param>
/// <param name="Value">The value; of a histogram the sum.</param>
/// <param name="Buckets">How many values fell into each bucket, the last one without upper bound. Empty if it is no
/// histogram.</param>
/// <param name="Since">Since when it is counted.</param>
internal sealed record MetricSeries(
    IReadOnlyList<KeyValuePair<string, string>> Labels,
    double Value,
    IReadOnlyList<long> Buckets,
    DateTimeOffset Since);

/// <summary>How the values of a metric are to be read.</summary>
internal enum MetricKind
{
    /// <summary>It only grows, and restarts at 0 with the process.</summary>
    Counter,

    Gauge,

    Histogram,
}
