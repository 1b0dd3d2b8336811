using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>Changes a spec against its schema, or against a rule between its fields.</summary>
internal sealed class SpecBreaker(Random random)
{
    private static readonly string[] Strange =
    [
        "", " ", "\n", "\0", "../..", "'; DROP TABLE x; --", "${HOME}", "$(id)", "漢字", "a\u0301", "😀", "\u202e",
        "True", "null", "0", "-1", "1e309", "{}", new('x', 5000),
        "tcp://", "ssh://", "unix://", "http://", "https://user:pw@h", "99999999999999999999d", "4.2.2\n",
        "999999999999.0.0", "25:00",
    ];

    /// <summary>Makes one to three changes in place.</summary>
    public void Break(JsonObject schema, JsonObject spec)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var places = Places(schema, spec).ToList();
            var (owner, key, field) = places[random.Next(places.Count)];
            Change(owner, key, field);
        }
    }

    private void Change(JsonNode owner, object key, JsonObject field)
    {
        var present = owner is JsonObject map ? map[(string)key] : owner[(int)key];
        var changed = random.Next(9) switch
        {
            0 => null,
            1 => Other(field),
            2 => JsonValue.Create(Strange[random.Next(Strange.Length)]),
            3 => JsonValue.Create(random.Next(2) == 0 ? long.MaxValue : -1),
            4 when present is JsonArray list && field["items"] is JsonObject => Longer(list, field),
            5 when present is JsonObject inner => With(inner),
            6 when owner is JsonObject parent => Without(parent, (string)key),
            7 when present is JsonArray list && list.Count > 0 => Twice(list),
            8 => JsonValue.Create(4.5),
            _ => JsonValue.Create(Strange[random.Next(Strange.Length)]),
        };
        if (owner is JsonObject target)
        {
            if (!ReferenceEquals(changed, target))
            {
                target[(string)key] = changed;
            }
        }
        else
        {
            owner[(int)key] = changed;
        }
    }

    private JsonNode Other(JsonObject field) => (field.Kind(), random.Next(3)) switch
    {
        ("object", 0) => new JsonArray(),
        ("array", 0) => new JsonObject(),
        ("boolean", _) => JsonValue.Create("true"),
        ("string", _) => JsonValue.Create(7),
        ("integer", _) => JsonValue.Create("7"),
        _ => JsonValue.Create(true),
    };

    private JsonArray Longer(JsonArray list, JsonObject field)
    {
        var (copy, maker, items) = ((JsonArray)list.DeepClone(), new SpecMaker(random), field["items"]!.AsObject());
        var count = field.Bound("maxItems", 8) + 1;
        // One item many times is refused as well, but for another reason.
        while (copy.Count < Math.Min(count, 70))
        {
            copy.Add(maker.Make(items));
        }

        return copy;
    }

    private static JsonObject With(JsonObject inner)
    {
        var copy = (JsonObject)inner.DeepClone();
        copy["notInTheSchema"] = new JsonObject { ["deep"] = 1 };
        return copy;
    }

    private static JsonObject Without(JsonObject parent, string key)
    {
        parent.Remove(key);
        return parent;
    }

    private static JsonArray Twice(JsonArray list)
    {
        var copy = (JsonArray)list.DeepClone();
        copy.Add(copy[0]?.DeepClone());
        return copy;
    }

    private static IEnumerable<(JsonNode Owner, object Key, JsonObject Field)> Places(
        JsonObject schema, JsonNode? value)
    {
        if (value is JsonObject map)
        {
            foreach (var (name, field) in schema.Fields())
            {
                yield return (map, name, field!.AsObject());
                foreach (var below in Places(field!.AsObject(), map[name]))
                {
                    yield return below;
                }
            }
        }
        else if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            for (var i = 0; i < list.Count; i++)
            {
                yield return (list, i, items);
                foreach (var below in Places(items, list[i]))
                {
                    yield return below;
                }
            }
        }
    }
}
