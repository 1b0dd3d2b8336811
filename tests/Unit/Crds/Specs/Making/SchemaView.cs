using System.Text.Json.Nodes;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>What is asked of a node of an OpenAPI schema.</summary>
internal static class SchemaView
{
    public static string Kind(this JsonObject schema) => schema["type"]!.GetValue<string>();

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Fields(this JsonObject schema) =>
        schema["properties"]?.AsObject() ?? [];

    public static bool Requires(this JsonObject schema, string field) =>
        (schema["required"]?.AsArray() ?? []).Any(name => name!.GetValue<string>() == field);

    public static int Bound(this JsonObject schema, string name, int otherwise) =>
        schema[name]?.GetValue<int>() ?? otherwise;

    public static string? Text(this JsonObject schema, string name) => schema[name]?.GetValue<string>();

    public static IReadOnlyList<string> Words(this JsonObject schema) =>
        [.. (schema["enum"]?.AsArray() ?? []).Select(word => word!.GetValue<string>())];

    public static IReadOnlyList<string> Keys(this JsonObject schema) =>
        [.. (schema["x-kubernetes-list-map-keys"]?.AsArray() ?? []).Select(word => word!.GetValue<string>())];

    /// <summary>Every field below, with its path: <c>regions[].nodes[].name</c>.</summary>
    public static IEnumerable<(string Path, JsonObject Schema)> Walk(this JsonObject schema, string path = "")
    {
        foreach (var (name, value) in schema.Fields())
        {
            var (at, field) = (path.Length == 0 ? name : $"{path}.{name}", value!.AsObject());
            yield return (at, field);
            foreach (var below in field.Walk(at))
            {
                yield return below;
            }
        }

        if (schema["items"] is JsonObject items)
        {
            foreach (var below in items.Walk(path + "[]"))
            {
                yield return below;
            }
        }
    }
}
