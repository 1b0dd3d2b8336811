using System.Text.Json.Nodes;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>Makes smaller specs of one: without one field that may be absent, or without one item.</summary>
internal static class SpecShrinker
{
    public static IEnumerable<JsonObject> Smaller(JsonObject schema, JsonObject spec)
    {
        foreach (var path in Removable(schema, spec, []))
        {
            var copy = (JsonObject)spec.DeepClone();
            JsonNode at = copy;
            foreach (var step in path[..^1])
            {
                at = step is string name ? at[name]! : at[(int)step]!;
            }

            if (at is JsonObject map)
            {
                map.Remove((string)path[^1]);
            }
            else
            {
                at.AsArray().RemoveAt((int)path[^1]);
            }

            yield return copy;
        }
    }

    private static IEnumerable<object[]> Removable(JsonObject schema, JsonNode? value, object[] path)
    {
        if (value is JsonObject map)
        {
            foreach (var (name, present) in map.ToList())
            {
                if (!schema.Requires(name))
                {
                    yield return [.. path, name];
                }

                if (schema["properties"]?[name] is JsonObject field)
                {
                    foreach (var below in Removable(field, present, [.. path, name]))
                    {
                        yield return below;
                    }
                }
            }
        }
        else if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list.Count > schema.Bound("minItems", 0))
                {
                    yield return [.. path, i];
                }

                foreach (var below in Removable(items, list[i], [.. path, i]))
                {
                    yield return below;
                }
            }
        }
    }
}
