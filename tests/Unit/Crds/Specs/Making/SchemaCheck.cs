using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>
/// Checks a value as a server checks it against the structural part of a schema: types, bounds, patterns, words, keys.
/// Rules are not its part.
/// </summary>
internal static partial class SchemaCheck
{
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    /// <summary>
    /// What a server would refuse; empty if nothing. A field that is not in the schema is dropped by a server and so no
    /// refusal.
    /// </summary>
    public static IReadOnlyList<string> Errors(JsonObject schema, JsonNode? value, string path = "spec") => [.. Of(schema, value, path)];

    /// <summary>
    /// What a server keeps of an accepted value: without fields that are not in the schema, and without nulls.
    /// </summary>
    public static JsonNode? Stored(JsonObject schema, JsonNode? value) => value switch
    {
        JsonObject map when schema["properties"] is JsonObject fields => new JsonObject(map
            .Where(entry => fields[entry.Key] is not null && entry.Value is not null)
            .Select(entry => KeyValuePair.Create(entry.Key, Stored(fields[entry.Key]!.AsObject(), entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(item => Stored(schema["items"]!.AsObject(), item))]),
        _ => value?.DeepClone(),
    };

    private static IEnumerable<string> Of(JsonObject schema, JsonNode? value, string path)
    {
        var kind = schema.Kind();
        if (!IsOf(kind, value))
        {
            return [$"{path}: expected {kind}, found {value?.GetValueKind().ToString() ?? "null"}"];
        }

        return kind switch
        {
            "object" => OfObject(schema, value!.AsObject(), path),
            "array" => OfList(schema, value!.AsArray(), path),
            "string" => OfText(schema, value!.GetValue<string>(), path),
            "integer" => OfNumber(schema, value!, path),
            _ => [],
        };
    }

    private static bool IsOf(string kind, JsonNode? value) => (kind, value?.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => decimal.TryParse(value!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == decimal.Truncate(number),
        _ => false,
    };

    private static IEnumerable<string> OfObject(JsonObject schema, JsonObject value, string path)
    {
        foreach (var (name, field) in schema.Fields())
        {
            var below = field!.AsObject();
            if (!value.TryGetPropertyValue(name, out var given) || given is null)
            {
                // A current server drops a null where nothing has to be.
                if (schema.Requires(name))
                {
                    yield return $"{path}.{name}: required";
                }

                continue;
            }

            foreach (var error in Of(below, given, $"{path}.{name}"))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> OfList(JsonObject schema, JsonArray value, string path)
    {
        if (value.Count > schema.Bound("maxItems", int.MaxValue) || value.Count < schema.Bound("minItems", 0))
        {
            yield return $"{path}: {value.Count.ToString(CultureInfo.InvariantCulture)} items";
        }

        var items = schema["items"]!.AsObject();
        foreach (var error in value.SelectMany((item, index) => Of(items, item, $"{path}[{index.ToString(CultureInfo.InvariantCulture)}]")))
        {
            yield return error;
        }

        var keys = schema.Keys();
        var names = schema.Text("x-kubernetes-list-type") switch
        {
            "set" => value.Select(item => item?.ToJsonString() ?? "null").ToList(),
            "map" => [.. value.Select(item => string.Join('|', keys.Select(key => ((item as JsonObject)?[key] ?? items["properties"]![key]!["default"])?.ToJsonString())))],
            _ => [],
        };
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count)
        {
            yield return $"{path}: a key occurs twice";
        }
    }

    private static IEnumerable<string> OfText(JsonObject schema, string value, string path)
    {
        // Servers count characters, not halves of them.
        var length = value.EnumerateRunes().Count();
        if (length > schema.Bound("maxLength", int.MaxValue) || length < schema.Bound("minLength", 0))
        {
            yield return $"{path}: {length.ToString(CultureInfo.InvariantCulture)} characters";
        }

        if (schema.Text("pattern") is { } pattern && !Matches(pattern, value))
        {
            yield return $"{path}: '{value}' does not match {pattern}";
        }

        if (schema.Text("format") == "date-time" && !RfcTime().IsMatch(value))
        {
            yield return $"{path}: '{value}' is no RFC 3339 time";
        }

        if (schema.Words() is { Count: > 0 } words && !words.Contains(value, StringComparer.Ordinal))
        {
            yield return $"{path}: '{value}' is none of {string.Join(", ", words)}";
        }
    }

    private static IEnumerable<string> OfNumber(JsonObject schema, JsonNode value, string path)
    {
        var number = decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
        var (least, most) = schema.Text("format") == "int32" ? (int.MinValue, int.MaxValue) : (long.MinValue, long.MaxValue);
        if (number < Math.Max(least, schema["minimum"]?.GetValue<long>() ?? least) || number > Math.Min(most, schema["maximum"]?.GetValue<long>() ?? most))
        {
            yield return $"{path}: {value.ToJsonString()} is out of bounds";
        }
    }

    // In RE2 \d and \s are ASCII, and $ is the end, not the place before a last line feed.
    private static bool Matches(string pattern, string value) =>
        Patterns.GetOrAdd(pattern, text => new Regex(text, RegexOptions.ECMAScript)).Match(value) is { Success: true } match && match.Length == value.Length;

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$", RegexOptions.ECMAScript)]
    private static partial Regex RfcTime();
}
