using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
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
    private static readonly ConditionalWeakTable<JsonObject, Rules> Known = [];
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    /// <summary>
    /// What a server would refuse; empty if nothing. A field that is not in the schema is dropped by a server and so no
    /// refusal.
    /// </summary>
    public static IReadOnlyList<string> Errors(JsonObject schema, JsonNode? value, string path = "spec")
    {
        using var document = JsonDocument.Parse(value?.ToJsonString() ?? "null");
        return Errors(schema, document.RootElement, path);
    }

    /// <inheritdoc cref="Errors(JsonObject, JsonNode, string)" />
    public static IReadOnlyList<string> Errors(JsonObject schema, JsonElement value, string path)
    {
        var rules = Known.GetValue(schema, static known => new Rules(known));

        // Paths are told only of a value that has errors: most have none.
        List<string> errors = [];
        rules.Check(value, null, errors);
        if (errors.Count > 0)
        {
            errors.Clear();
            rules.Check(value, path, errors);
        }

        return errors;
    }

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

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$", RegexOptions.ECMAScript)]
    private static partial Regex RfcTime();

    /// <summary>What a node of a schema asks, read once.</summary>
    private sealed class Rules(JsonObject schema)
    {
        private readonly string _kind = schema.Kind();
        private readonly Dictionary<string, Rules> _fields = schema.Fields()
            .ToDictionary(field => field.Key, field => new Rules(field.Value!.AsObject()), StringComparer.Ordinal);

        private readonly string[] _required = [.. schema.Fields().Select(field => field.Key).Where(schema.Requires)];
        private readonly Rules? _below =
            (schema["items"] ?? schema["additionalProperties"]) is JsonObject below ? new Rules(below) : null;

        private readonly Regex? _pattern = schema.Text("pattern") is { } pattern
            ? Patterns.GetOrAdd(pattern, text => new Regex(text, RegexOptions.ECMAScript))
            : null;

        private readonly HashSet<string> _words = [.. schema.Words()];
        private readonly string? _list = schema.Text("x-kubernetes-list-type");
        private readonly bool _isTime = schema.Text("format") == "date-time";
        private readonly Bounds _length = Bounds.Of(schema, "Length");
        private readonly Bounds _items = Bounds.Of(schema, "Items");
        private readonly Bounds _entries = Bounds.Of(schema, "Properties");
        private readonly Bounds _number = schema.Text("format") == "int32"
            ? Bounds.Of(schema, "imum", int.MinValue, int.MaxValue)
            : Bounds.Of(schema, "imum", long.MinValue);

        /// <param name="path">Null: the texts of the errors do not matter.</param>
        public void Check(JsonElement value, string? path, List<string> errors)
        {
            if (!IsOf(_kind, value))
            {
                errors.Add($"{path}: expected {_kind}, found {value.ValueKind}");
                return;
            }

            switch (_kind)
            {
                case "object":
                    CheckObject(value, path, errors);
                    break;
                case "array":
                    CheckList(value, path, errors);
                    break;
                case "string":
                    CheckText(value.GetString()!, path, errors);
                    break;
                case "integer" when !_number.Have(value.GetDecimal()):
                    errors.Add($"{path}: {value.GetRawText()} is out of bounds");
                    break;
                default:
                    break;
            }
        }

        private static bool IsOf(string kind, JsonElement value) => (kind, value.ValueKind) switch
        {
            ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) => true,
            ("string", JsonValueKind.String) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
            ("integer", JsonValueKind.Number) => value.TryGetDecimal(out var number) && decimal.IsInteger(number),
            _ => false,
        };

        private static bool Has(JsonElement value, string name) =>
            value.TryGetProperty(name, out var given) && given.ValueKind != JsonValueKind.Null;

        private static string? Below(string? path, string name) => path is null ? null : path + name;

        private static string Count(string? path, int count, string of) =>
            string.Create(CultureInfo.InvariantCulture, $"{path}: {count} {of}");

        private void CheckObject(JsonElement value, string? path, List<string> errors)
        {
            // A current server drops a null where nothing has to be.
            errors.AddRange(_required.Where(name => !Has(value, name)).Select(name => $"{path}.{name}: required"));
            var count = 0;
            foreach (var entry in value.EnumerateObject())
            {
                count++;
                if (entry.Value.ValueKind != JsonValueKind.Null)
                {
                    var rules = _fields.GetValueOrDefault(entry.Name) ?? _below;
                    rules?.Check(entry.Value, Below(path, $".{entry.Name}"), errors);
                }
            }

            if (!_entries.Have(count))
            {
                errors.Add(Count(path, count, "entries"));
            }
        }

        private void CheckList(JsonElement value, string? path, List<string> errors)
        {
            var count = value.GetArrayLength();
            if (!_items.Have(count))
            {
                errors.Add(Count(path, count, "items"));
            }

            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                _below!.Check(item, Below(path, $"[{index++}]"), errors);
            }

            if (_list is "set" or "map"
                && value.EnumerateArray().DistinctBy(KeyOf, StringComparer.Ordinal).Count() < count)
            {
                errors.Add($"{path}: a key occurs twice");
            }
        }

        private string KeyOf(JsonElement item) => _list == "set" || item.ValueKind != JsonValueKind.Object
            ? item.GetRawText()
            : string.Join('|', schema.Keys().Select(key => item.TryGetProperty(key, out var given)
                ? given.GetRawText()
                : schema["items"]!["properties"]![key]!["default"]?.ToJsonString()));

        private void CheckText(string value, string? path, List<string> errors)
        {
            // Servers count characters, not halves of them.
            var length = _length.Have(value.Length) && _length.Have(value.Length / 2)
                ? value.Length
                : value.EnumerateRunes().Count();
            if (!_length.Have(length))
            {
                errors.Add(Count(path, length, "characters"));
            }

            // In RE2 \d and \s are ASCII, and $ is the end, not the place before a last line feed.
            if (_pattern?.Match(value) is { } match && !(match.Success && match.Length == value.Length))
            {
                errors.Add($"{path}: '{value}' does not match {_pattern}");
            }

            if (_isTime && !RfcTime().IsMatch(value))
            {
                errors.Add($"{path}: '{value}' is no RFC 3339 time");
            }

            if (_words.Count > 0 && !_words.Contains(value))
            {
                errors.Add($"{path}: '{value}' is none of {string.Join(", ", _words)}");
            }
        }
    }

    /// <summary>Between which values, both included, a number lies.</summary>
    private sealed record Bounds(long Least, long Most)
    {
        public static Bounds Of(JsonObject schema, string of, long least = 0, long most = long.MaxValue) => new(
            Math.Max(least, schema[$"min{of}"]?.GetValue<long>() ?? least),
            Math.Min(most, schema[$"max{of}"]?.GetValue<long>() ?? most));

        public bool Have(decimal number) => number >= Least && number <= Most;
    }
}
