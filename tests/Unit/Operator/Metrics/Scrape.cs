using Drydock.Operator.Metrics;

namespace Drydock.Tests.Unit.Operator.Metrics;

/// <summary>What a scrape of the present instruments shows.</summary>
internal static class Scrape
{
    /// <summary>All that Prometheus would read.</summary>
    public static string Text(PrometheusMetrics metrics)
    {
        using var text = new MemoryStream();
        metrics.WriteAsync(text, CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>The lines of one metric, without comments, ordered.</summary>
    public static IReadOnlyList<string> Lines(PrometheusMetrics metrics, string metric) =>
    [
        .. Text(metrics).Split('\n').Where(
            line => line.StartsWith(metric, StringComparison.Ordinal) && line[metric.Length] is ' ' or '{')
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The value of a line.</summary>
    public static double Value(string line) =>
        double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
