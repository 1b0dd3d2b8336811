using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Kubernetes.Json;

/// <summary>
/// RFC 3339 times in UTC: whole seconds as Kubernetes writes them, microseconds where there is a fraction.
/// </summary>
public sealed class KubernetesTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KubernetesTime.Parse(reader.GetString());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(KubernetesTime.Format(value));
}
