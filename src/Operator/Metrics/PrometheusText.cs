namespace Drydock.Operator.Metrics;

/// <summary>The text format of Prometheus, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Render(IReadOnlyList<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeOf(family.Kind)).Append('\n');
            foreach (var series in family.Series)
            {
                if (family.Kind == MetricKind.Histogram)
                {
                    Histogram(text, family, series);
                }
                else
                {
                    Line(text, family.Name, series.Labels, null, series.Value);
                }
            }
        }

        return text.ToString();
    }

    private static void Histogram(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        long count = 0;
        for (var i = 0; i < series.Buckets.Count; i++)
        {
            count += series.Buckets[i];
            Line(
                text,
                family.Name + "_bucket",
                series.Labels,
                i < family.Bounds.Count ? Number(family.Bounds[i]) : "+Inf",
                count);
        }

        Line(text, family.Name + "_sum", series.Labels, null, series.Value);
        Line(text, family.Name + "_count", series.Labels, null, count);
    }

    private static void Line(
        StringBuilder text,
        string name,
        IReadOnlyList<KeyValuePair<string, string>> labels,
        string? upperBound,
        double value)
    {
        text.Append(name);
        var mark = '{';
        foreach (var (key, label) in labels)
        {
            text.Append(mark).Append(key).Append("=\"").Append(EscapeLabel(label)).Append('"');
            mark = ',';
        }

        if (upperBound is not null)
        {
            text.Append(mark).Append("le=\"").Append(upperBound).Append('"');
            mark = ',';
        }

        text.Append(mark == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) =>
        EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);
}
