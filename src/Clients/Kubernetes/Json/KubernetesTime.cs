namespace Drydock.Clients.Kubernetes.Json;

internal static class KubernetesTime
{
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string Micros = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <exception cref="JsonException">It is invalid. The exception has no message of its own, so that the reader adds
    /// type and path.</exception>
    public static DateTimeOffset Parse(string? text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var value)
            ? value
            : throw new JsonException();

    public static string Format(DateTimeOffset value) =>
        value.UtcDateTime.ToString(
            value.UtcTicks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? Seconds : Micros,
            CultureInfo.InvariantCulture);

    public static string FormatMicros(DateTimeOffset value) =>
        value.UtcDateTime.ToString(Micros, CultureInfo.InvariantCulture);
}

/// <summary>RFC 3339 times in UTC: whole seconds as Kubernetes writes them, microseconds if there is a
/// fraction.</summary>
public sealed class KubernetesTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KubernetesTime.Parse(reader.GetString());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(KubernetesTime.Format(value));
}

/// <summary>Times of the package's models, always with six digits of a second: the server accepts exactly that in a
/// Lease (metav1.MicroTime), and any number of digits elsewhere.</summary>
internal sealed class ModelTimeConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KubernetesTime.Parse(reader.GetString()).UtcDateTime;

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(KubernetesTime.FormatMicros(new DateTimeOffset(value)));
}
