using System.Globalization;
using System.Text.Json;

namespace Drydock.Clients.Kubernetes.Json;

/// <summary>RFC 3339 times.</summary>
internal static class KubernetesTime
{
    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string Micros = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Reads a time.</summary>
    /// <exception cref="JsonException">It is none. Without a message of its own, so that the reader says type and
    /// path.</exception>
    public static DateTimeOffset Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value)
            ? value
            : throw new JsonException();

    /// <summary>Whole seconds as Kubernetes writes them, microseconds where there is a fraction.</summary>
    public static string Format(DateTimeOffset value) =>
        value.UtcDateTime.ToString(value.UtcTicks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond ? Seconds : Micros, CultureInfo.InvariantCulture);

    /// <summary>Always microseconds.</summary>
    public static string FormatMicros(DateTimeOffset value) =>
        value.UtcDateTime.ToString(Micros, CultureInfo.InvariantCulture);
}
