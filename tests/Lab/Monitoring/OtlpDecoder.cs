using System.Buffers.Binary;

namespace Drydock.Lab.Monitoring;

/// <summary>
/// Reads export requests of OTLP.
/// </summary>
public static class OtlpDecoder
{
    /// <summary>The spans of an ExportTraceServiceRequest.</summary>
    public static List<ReceivedSpan> Spans(byte[] request) =>
    [
        .. from ofResource in Messages(Read(request), 1)
           let resource = Attributes(Messages(ofResource, 1).SelectMany(r => Messages(r, 1)))
           from scope in Messages(ofResource, 2)
           from span in Messages(scope, 2)
           select Span(span, resource),
    ];

    /// <summary>The series of an ExportMetricsServiceRequest.</summary>
    public static List<ReceivedMetric> Metrics(byte[] request) =>
    [
        .. from ofResource in Messages(Read(request), 1)
           from scope in Messages(ofResource, 2)
           from metric in Messages(scope, 2)
           from series in Series(metric)
           select series,
    ];

    private static ReceivedSpan Span(List<Field> span, IReadOnlyDictionary<string, string> resource) => new(
        Hex(span, 1),
        Hex(span, 2),
        Hex(span, 4),
        Text(span, 5),
        Time(span, 7),
        Time(span, 8),
        Attributes(Messages(span, 9)),
        resource,
        Messages(span, 15).Any(status => status.Exists(f => f is { Number: 3, Value: 2 })));

    private static IEnumerable<ReceivedMetric> Series(List<Field> metric)
    {
        var name = Text(metric, 1);
        foreach (var (kind, field) in ((string, int)[])[("gauge", 5), ("sum", 7), ("histogram", 9)])
        {
            foreach (var data in Messages(metric, field))
            {
                var cumulative = data.Exists(f => f is { Number: 2, Value: 2 });
                foreach (var point in Messages(data, 1))
                {
                    yield return kind == "histogram"
                        ? new ReceivedMetric(
                            name, kind, Attributes(Messages(point, 9)), Double(point, 5), Packed(point, 6),
                            [.. Packed(point, 7).Select(BitConverter.UInt64BitsToDouble)], cumulative)
                        : new ReceivedMetric(
                            name, kind, Attributes(Messages(point, 7)), Number(point), [], [], cumulative);
                }
            }
        }
    }

    // As a double, or as an integer.
    private static double Number(List<Field> point) =>
        point.Exists(f => f.Number == 6) ? point.Find(f => f.Number == 6)!.Value : Double(point, 4);

    private static double Double(List<Field> message, int number) =>
        BitConverter.UInt64BitsToDouble(message.Find(f => f.Number == number)?.Value ?? 0);

    private static List<ulong> Packed(List<Field> message, int number)
    {
        var bytes = message.Find(f => f.Number == number)?.Bytes ?? [];
        return [.. Enumerable.Range(0, bytes.Length / 8).Select(
            i => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * 8)))];
    }

    private static Dictionary<string, string> Attributes(IEnumerable<List<Field>> pairs) => pairs.ToDictionary(
        pair => Text(pair, 1),
        pair => Messages(pair, 2).Select(
            any => any.Find(f => f.Number == 1) is not null ? Text(any, 1) : $"{any[0].Value}").FirstOrDefault(""),
        StringComparer.Ordinal);

    private static DateTimeOffset Time(List<Field> message, int number) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)((message.Find(f => f.Number == number)?.Value ?? 0) / 100));

    private static string Hex(List<Field> message, int number) =>
        Convert.ToHexStringLower(message.Find(f => f.Number == number)?.Bytes ?? []);

    private static string Text(List<Field> message, int number) =>
        Encoding.UTF8.GetString(message.Find(f => f.Number == number)?.Bytes ?? []);

    private static IEnumerable<List<Field>> Messages(List<Field> message, int number) =>
        message.Where(f => f.Number == number).Select(f => Read(f.Bytes));

    private static List<Field> Read(byte[] bytes)
    {
        List<Field> fields = [];
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes, ref at);
            var (number, type) = ((int)(tag >> 3), (int)(tag & 7));
            switch (type)
            {
                case 0:
                    fields.Add(new Field(number, Varint(bytes, ref at), []));
                    break;
                case 1:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)), []));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref at);
                    fields.Add(new Field(number, 0, bytes[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)), []));
                    at += 4;
                    break;
                default:
                    throw new LabException($"field {number} has the unknown wire type {type}");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private sealed record Field(int Number, ulong Value, byte[] Bytes);
}
