using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>JSON of the engine that the package does not read or write.</summary>
public static class DockerJson
{
    private static readonly JsonSerializerOptions Written =
        new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>An object.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static JsonObject Object(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json) as JsonObject ?? throw new JsonException("It is not an object.");

    /// <summary>The text of a member; null if it has none.</summary>
    public static string? Text(this JsonObject? json, string name) =>
        json?[name] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : null;

    /// <summary>The texts of a list; none if it is missing.</summary>
    public static IEnumerable<string> Texts(this JsonObject? json, string name) =>
        json?[name] is JsonArray list
            ? list.Where(item => item?.GetValueKind() == JsonValueKind.String).Select(item => item!.GetValue<string>())
            : [];

    /// <summary>A number; 0 if it is missing.</summary>
    public static long Number(this JsonObject? json, string name) => json?[name]?.Deserialize<long>() ?? 0;

    /// <summary>The objects of a list; none if it is missing.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject? json, string name) =>
        (json?[name] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>A list of texts, as the engine takes it.</summary>
    public static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode?)text)];

    /// <summary>A map of texts, as the engine takes it.</summary>
    public static JsonObject Map(IEnumerable<KeyValuePair<string, string>> texts) =>
        new(texts.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    /// <summary>The value of the header with credentials for a registry: JSON in base64 with the URL alphabet and
    /// padding.</summary>
    internal static string Encode(AuthConfig auth) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(auth, Written)).Replace('+', '-').Replace('/', '_');
}
