using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drydock.Clients.Kubernetes.Json;

/// <summary>Times of leases (metav1.MicroTime): the server accepts exactly six digits of a second there.</summary>
public sealed class MicroTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KubernetesTime.Parse(reader.GetString());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(KubernetesTime.FormatMicros(value));
}
