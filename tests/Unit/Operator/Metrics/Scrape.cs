using System.Globalization;
using Drydock.Operator.Metrics;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>What a scrape of the present instruments shows.</summary>
internal static class Scrape
{
    /// <summary>The lines of one metric, without comments.</summary>
    public static IReadOnlyList<string> Lines(MetricCollector collector, string metric) =>
    [
        .. PrometheusText.Render(collector.Collect()).Split('\n').Where(
            line => line.StartsWith(metric, StringComparison.Ordinal) && line[metric.Length] is ' ' or '{'),
    ];

    /// <summary>The value of a line.</summary>
    public static double Value(string line) =>
        double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
