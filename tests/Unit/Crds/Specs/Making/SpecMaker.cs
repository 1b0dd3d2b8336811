using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>Makes values that a schema takes, from the schema alone.</summary>
internal sealed class SpecMaker(Random random)
{
    private static readonly ConcurrentDictionary<string, Func<Random, string>> Texts = new(StringComparer.Ordinal);

    /// <summary>
    /// A value: every optional field with an even chance, every list mostly short, sometimes as long as it may be.
    /// </summary>
    public JsonNode Make(JsonObject schema) => schema.Kind() switch
    {
        "object" => MakeObject(schema),
        "array" => MakeList(schema),
        "boolean" => JsonValue.Create(random.Next(2) == 0),
        "integer" => JsonValue.Create(Number(schema)),
        _ => JsonValue.Create(Text(schema)),
    };

    private JsonObject MakeObject(JsonObject schema)
    {
        var made = new JsonObject();
        foreach (var (name, field) in schema.Fields())
        {
            if (schema.Requires(name) || random.Next(2) == 0)
            {
                made[name] = Make(field!.AsObject());
            }
        }

        return made;
    }

    private JsonArray MakeList(JsonObject schema)
    {
        var (least, most) = (schema.Bound("minItems", 0), schema.Bound("maxItems", 16));
        var count = random.Next(300) == 0 ? most : Math.Min(most, least + random.Next(3));
        var items = schema["items"]!.AsObject();
        var isUnique = schema.Text("x-kubernetes-list-type") is "set" or "map";
        var keys = schema.Keys();
        var made = new JsonArray();
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var tries = 0; made.Count < count && tries < 4 * count; tries++)
        {
            var item = Make(items);
            if (keys.Count > 0 && made.Count > 0 && item[keys[0]] is null)
            {
                item[keys[0]] = Make(items["properties"]![keys[0]]!.AsObject());
            }

            var key = keys.Count > 0
                ? (item[keys[0]] ?? items["properties"]![keys[0]]!["default"])!.ToJsonString()
                : item.ToJsonString();
            if (!isUnique || seen.Add(key))
            {
                made.Add(item);
            }
        }

        return made;
    }

    private long Number(JsonObject schema)
    {
        var (least, most) =
            (schema["minimum"]?.GetValue<long>() ?? 0, schema["maximum"]?.GetValue<long>() ?? int.MaxValue);
        return random.Next(4) switch
        {
            0 => least,
            1 => most,
            _ => random.NextInt64(least, most + 1),
        };
    }

    private string Text(JsonObject schema)
    {
        if (schema.Words() is { Count: > 0 } words)
        {
            return words[random.Next(words.Count)];
        }

        if (schema.Text("format") == "date-time")
        {
            return DateTimeOffset.UnixEpoch.AddSeconds(random.NextInt64(4_000_000_000))
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        var (least, most) = (schema.Bound("minLength", 0), schema.Bound("maxLength", 64));
        var make = Texts.GetOrAdd(schema.Text("pattern") ?? "^.*$", RegexText.Of);
        for (var i = 0; i < 1000; i++)
        {
            var text = make(random);
            var length = text.EnumerateRunes().Count();
            if (length >= least && length <= most)
            {
                return text;
            }
        }

        throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture, $"No text of {least} to {most} characters for {schema.Text("pattern")}."));
    }
}
