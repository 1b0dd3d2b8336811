using System.Text.Json.Nodes;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>
/// Specs made from a schema in which every field is present and every list has one item. They satisfy the types, not
/// the rules.
/// </summary>
internal static class FullSpecs
{
    public static JsonNode Of(JsonObject schema) => schema.Kind() switch
    {
        "object" => new JsonObject(
            schema.Fields().Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Of(field.Value!.AsObject())))),
        "array" => new JsonArray(Of(schema["items"]!.AsObject())),
        "boolean" => JsonValue.Create(false),
        "integer" => JsonValue.Create(7),
        _ when schema.Text("format") == "date-time" => JsonValue.Create("2026-03-01T04:00:00Z"),
        _ => JsonValue.Create(schema.Words() is [var word, ..] ? word : "1m"),
    };

    /// <summary>The same with another value in one field.</summary>
    public static JsonNode With(JsonObject schema, string field)
    {
        var spec = Of(schema);
        Change(schema, spec.AsObject(), field.Split('.'));
        return spec;
    }

    /// <summary>The paths of the fields that hold a value.</summary>
    public static IEnumerable<string> Leaves(JsonObject schema) => schema.Walk()
        .Where(at => at.Schema["properties"] is null && at.Schema["items"]?["properties"] is null)
        .Select(at => at.Path);

    private static void Change(JsonObject schema, JsonObject owner, ReadOnlySpan<string> path)
    {
        var name = path[0].Replace("[]", "", StringComparison.Ordinal);
        var field = schema["properties"]![name]!.AsObject();
        if (path.Length > 1)
        {
            var isList = field.Kind() == "array";
            Change(
                isList ? field["items"]!.AsObject() : field, (isList ? owner[name]![0] : owner[name])!.AsObject(),
                path[1..]);
            return;
        }

        owner[name] = field.Kind() switch
        {
            "array" => new JsonArray(),
            "boolean" => JsonValue.Create(true),
            "integer" => JsonValue.Create(8),
            _ when field.Text("format") == "date-time" => JsonValue.Create("2026-03-02T04:00:00Z"),
            _ => JsonValue.Create(field.Words() is { Count: > 0 } words ? words[^1] : "2m"),
        };
    }
}
