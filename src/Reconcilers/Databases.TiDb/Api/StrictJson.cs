using System.Text.Json;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Reads answers strictly (docs/research/tidb.md#rules): another status than 200, no JSON, or a missing key is never
/// taken for a good answer. Where the servers leave zero values out the absent key is 0. Ids are unsigned 64-bit
/// numbers (docs/research/tidb.md#pd-as-observed).
/// </summary>
internal static class StrictJson
{
    private const int QuotedWords = 200;

    /// <summary>The JSON of an answer with status 200.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="what">Who was asked for what, for messages.</param>
    /// <param name="read">Takes from it what is wanted; the document is gone afterwards.</param>
    public static T Read<T>(ServiceAnswer answer, string what, Func<JsonElement, T> read)
    {
        if (answer.Status != 200)
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, $"{what} answered {answer.Status}: {Words(answer.Body)}", answer.Status);
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, $"{what} answered no JSON ({answer.Kind}, line {exception.LineNumber + 1}); see what listens on that port", answer.Status, exception);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, $"{what} answered something else than documented ({exception.Message}): {Words(answer.Body)}", answer.Status, exception);
        }
    }

    /// <summary>A member that must be there.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : throw new KeyNotFoundException($"no \"{name}\" in it");

    /// <summary>A member, or null.</summary>
    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text that must be there.</summary>
    public static string Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw new FormatException($"\"{name}\" is no text");

    /// <summary>A text, or null.</summary>
    public static string? OptionalText(this JsonElement element, string name) =>
        element.Optional(name) is null ? null : element.Text(name);

    /// <summary>A number; absent is 0.</summary>
    public static long Number(this JsonElement element, string name) => element.Optional(name)?.GetInt64() ?? 0;

    /// <summary>An unsigned 64-bit id that must be there.</summary>
    public static ulong Id(this JsonElement element, string name) => element.Member(name).GetUInt64();

    /// <summary>A list that must be there; null is an empty one (what Go writes for a list without entries).</summary>
    public static IEnumerable<JsonElement> List(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var list))
        {
            throw new KeyNotFoundException($"no \"{name}\" in it");
        }

        return list.ValueKind switch
        {
            JsonValueKind.Array => list.EnumerateArray(),
            JsonValueKind.Null => [],
            _ => throw new FormatException($"\"{name}\" is no list"),
        };
    }

    /// <summary>The texts of a list; absent is an empty one.</summary>
    public static List<string> Texts(this JsonElement element, string name) =>
        element.Optional(name) is null ? [] : [.. element.List(name).Select(t => t.GetString() ?? throw new FormatException($"an entry of \"{name}\" is null"))];

    /// <summary>The beginning of an answer, on one line.</summary>
    public static string Words(string body)
    {
        var line = string.Join(' ', body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "(empty)" : SchemaLimits.Clip(line, QuotedWords);
    }
}
