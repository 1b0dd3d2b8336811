using System.Globalization;
using System.Text.Json;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Reads answers strictly: status 200, whole JSON, no error in it, and every key that must be there
/// (docs/research/yugabytedb.md#rules). What cannot be read is never taken for empty.
/// </summary>
/// <param name="what">Address and page, for messages.</param>
/// <param name="body">The answer.</param>
internal sealed class YbJson(string what, string body)
{
    private static readonly string[] ErrorKeys = ["error", "Error"];

    /// <summary>The root of an answer of the wanted kind.</summary>
    /// <exception cref="YbAnswerException">It is none.</exception>
    public static (YbJson Reader, JsonElement Root) Read(string what, ServiceAnswer answer, JsonValueKind kind = JsonValueKind.Object)
    {
        var reader = new YbJson(what, answer.Body);
        if (answer.Status != 200)
        {
            throw reader.Unusable(string.Create(CultureInfo.InvariantCulture, $"status {answer.Status}"));
        }

        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            root = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new YbAnswerException(what, $"no JSON in line {exception.LineNumber + 1}", $"({answer.Kind})");
        }

        if (root.ValueKind == JsonValueKind.Object)
        {
            foreach (var key in ErrorKeys)
            {
                if (root.TryGetProperty(key, out var error))
                {
                    throw reader.Unusable($"it reports an error: {error}");
                }
            }
        }

        return root.ValueKind == kind ? (reader, root) : throw reader.Unusable($"expected {kind}, not {root.ValueKind}");
    }

    /// <summary>A key that must be there, of the wanted kind.</summary>
    public JsonElement Required(JsonElement parent, string key, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out var value) && value.ValueKind == kind
            ? value
            : throw Unusable($"no {key}");

    /// <summary>A text that must be there.</summary>
    public string Text(JsonElement parent, string key) => Required(parent, key, JsonValueKind.String).GetString()!;

    /// <summary>
    /// A whole number that must be there. Up to 64 bits without a sign, never as a floating point number.
    /// </summary>
    public ulong Count(JsonElement parent, string key) =>
        Required(parent, key, JsonValueKind.Number).TryGetUInt64(out var number) ? number : throw Unusable($"{key} is no count");

    /// <summary>The texts of an array that must be there.</summary>
    public IReadOnlyList<string> Texts(JsonElement parent, string key) =>
        [.. Required(parent, key, JsonValueKind.Array).EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : throw Unusable($"{key} holds something else than texts"))];

    /// <summary>A text that may be absent.</summary>
    public static string? OptionalText(JsonElement parent, string key) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A whole number that may be absent.</summary>
    public static long? OptionalNumber(JsonElement parent, string key) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    /// <summary>Something else is wrong with the answer.</summary>
    public YbAnswerException Unusable(string problem) => new(what, problem, body);
}
