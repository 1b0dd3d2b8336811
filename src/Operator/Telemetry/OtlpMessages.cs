namespace Drydock.Operator.Telemetry;

/// <summary>Export requests of OTLP, as bytes.</summary>
internal static class OtlpMessages
{
    private const string Scope = "Drydock";
    private const ulong Cumulative = 2;
    private const ulong Internal = 1;
    private const ulong Failed = 2;

    public static ReadOnlyMemory<byte> Metrics(
        IReadOnlyList<KeyValuePair<string, string>> resource,
        IReadOnlyList<MetricFamily> families,
        DateTimeOffset now) =>
        Request(resource, scope =>
        {
            foreach (var family in families)
            {
                scope.Message(2, metric => Metric(metric, family, now));
            }
        });

    public static ReadOnlyMemory<byte> Traces(
        IReadOnlyList<KeyValuePair<string, string>> resource, IReadOnlyList<TraceSpan> spans) =>
        Request(resource, scope =>
        {
            foreach (var span in spans)
            {
                scope.Message(2, message => Span(message, span));
            }
        });

    // Both requests: the resource, then one scope with its metrics or spans.
    private static ReadOnlyMemory<byte> Request(
        IReadOnlyList<KeyValuePair<string, string>> resource, Action<ProtobufWriter> contents)
    {
        var request = new ProtobufWriter();
        request.Message(1, ofResource =>
        {
            ofResource.Message(1, about => Attributes(about, 1, resource));
            ofResource.Message(2, ofScope =>
            {
                ofScope.Message(1, scope => scope.Text(1, Scope));
                contents(ofScope);
            });
        });
        return request.Written;
    }

    private static void Metric(ProtobufWriter metric, MetricFamily family, DateTimeOffset now)
    {
        metric.Text(1, family.Name);
        metric.Text(2, family.Help);
        switch (family.Kind)
        {
            case MetricKind.Gauge:
                metric.Message(5, gauge => Points(gauge, family, now));
                break;
            case MetricKind.Counter:
                metric.Message(7, sum =>
                {
                    Points(sum, family, now);
                    sum.Number(2, Cumulative);
                    sum.Number(3, 1);
                });
                break;
            default:
                metric.Message(9, histogram =>
                {
                    foreach (var series in family.Series)
                    {
                        histogram.Message(1, point => Distribution(point, family, series, now));
                    }

                    histogram.Number(2, Cumulative);
                });
                break;
        }
    }

    private static void Points(ProtobufWriter data, MetricFamily family, DateTimeOffset now)
    {
        foreach (var series in family.Series)
        {
            data.Message(1, point =>
            {
                point.Time(2, series.Since);
                point.Time(3, now);
                point.Double(4, series.Value);
                Attributes(point, 7, series.Labels);
            });
        }
    }

    private static void Distribution(
        ProtobufWriter point, MetricFamily family, MetricSeries series, DateTimeOffset now)
    {
        point.Time(2, series.Since);
        point.Time(3, now);
        point.Fixed(4, (ulong)series.Buckets.Sum());
        point.Double(5, series.Value);
        point.Packed(6, [.. series.Buckets.Select(count => (ulong)count)]);
        point.Packed(7, [.. family.Bounds.Select(BitConverter.DoubleToUInt64Bits)]);
        Attributes(point, 9, series.Labels);
    }

    private static void Span(ProtobufWriter message, TraceSpan span)
    {
        Span<byte> trace = stackalloc byte[16];
        Span<byte> id = stackalloc byte[8];
        span.Trace.CopyTo(trace);
        span.Id.CopyTo(id);
        message.Bytes(1, trace);
        message.Bytes(2, id);
        if (span.Parent is { } parent)
        {
            parent.CopyTo(id);
            message.Bytes(4, id);
        }

        message.Text(5, span.Name);
        message.Number(6, Internal);
        message.Time(7, span.StartedAt);
        message.Time(8, span.EndedAt);
        Attributes(message, 9, span.Attributes);
        if (span.Failure is { } failure)
        {
            message.Message(15, status =>
            {
                status.Text(2, failure);
                status.Number(3, Failed);
            });
        }
    }

    private static void Attributes(
        ProtobufWriter message, int field, IReadOnlyList<KeyValuePair<string, string>> attributes)
    {
        foreach (var (key, value) in attributes)
        {
            message.Message(field, attribute =>
            {
                attribute.Text(1, key);
                attribute.Message(2, any => any.Text(1, value));
            });
        }
    }
}
