using Drydock.Crds.Common;
using Drydock.Tests.Unit.Crds.Specs.Making;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.EndToEnd.Hostile;

/// <summary>
/// One random or hostile manifest: made from the schema, mended or broken, and then spoiled beyond the schema.
/// </summary>
/// <param name="Plural">The resource it is sent to.</param>
/// <param name="Name">Its name; not always a legal one.</param>
/// <param name="Text">The manifest as JSON text; not always well formed.</param>
/// <param name="IsOrphan">It names an owner that does not exist, so the garbage collector may remove it at any
/// time.</param>
internal sealed record HostileManifest(string Plural, string Name, string Text, bool IsOrphan)
{
    private const int LongestName = 253;

    private static readonly string[] Durations =
        [
            "999999d999999d999999d999999d999999d", "60d", "0s", "1ms", "999999h", "00000d", "1d1d1d1d1d1d", "P1D",
            "-1s", "1e9s"
        ];

    private static readonly string[] Texts =
    [
        "\u0000", "\u001b[2J\u001b[31m", "\u202e\u2066txt.exe", "\ufeff", "\ud800", "a\nb: c",
        "../../../proc/self/environ", "/proc/self/fd/3",
        "/var/run/secrets/kubernetes.io/serviceaccount/token", "$(reboot)", "';--", "%00", "{{.}}", "\u0085\u2028",
        "x\t",
    ];

    private static readonly string[] Paths =
        [
            "/proc/self", "/proc/1/fd", "/var/run/secrets/kubernetes.io/serviceaccount", "/tmp", "/", "/dev", "/etc",
            "/var/lib/drydock/../../etc"
        ];

    /// <summary>Manifests of all kinds.</summary>
    /// <param name="schemas">The schema of each kind's spec, by kind.</param>
    /// <param name="space">The namespace they are for.</param>
    public static Gen<HostileManifest> Any(IReadOnlyDictionary<string, JsonObject> schemas, string space) =>
        Gen.Choose(0, int.MaxValue - 1).Select(seed => Make(schemas, space, seed));

    private static HostileManifest Make(IReadOnlyDictionary<string, JsonObject> schemas, string space, int seed)
    {
        var random = new Random(seed);
        var kind = schemas.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(schemas.Count));
        var schema = schemas[kind];
        var spec = new SpecMaker(random).Make(schema).AsObject();
        if (random.Next(5) > 0)
        {
            new SpecMender(random).Mend(kind, spec);
        }

        switch (random.Next(4))
        {
            case 0:
                new SpecBreaker(random).Break(schema, spec);
                break;
            case 1:
                Spoil(random, schema, spec);
                break;
            case 2:
                Aim(random, spec);
                break;
        }

        var name = NameOf(random, seed);
        var manifest = new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = kind,
            ["metadata"] = Metadata(random, name, space),
            ["spec"] = spec,
        };
        var text = manifest.ToJsonString();
        if (random.Next(100) == 0)
        {
            text = Nest(text, random.Next(2) == 0 ? 200 : 20_000);
        }

        var isOrphan = manifest["metadata"]!["ownerReferences"] is not null;
        return new HostileManifest($"{kind.ToLowerInvariant()}s", name, text, isOrphan);
    }

    private static string NameOf(Random random, int seed)
    {
        var unique = string.Create(CultureInfo.InvariantCulture, $"h{seed:x8}-{random.Next():x8}");
        return random.Next(24) switch
        {
            0 => unique.PadRight(LongestName, 'x'),
            1 => unique.PadRight(LongestName + 1, 'x'),
            2 => $"{unique}.{new string('a', 63)}.{new string('b', 63)}",
            3 => $"{unique}\u202e",
            4 => unique.ToUpperInvariant(),
            5 => $"{unique}\n",
            6 => $"{unique}.0",
            7 => unique.PadRight(64, '-') + "z",
            _ => unique,
        };
    }

    private static JsonObject Metadata(Random random, string name, string space)
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = space };
        var annotations = new JsonObject();
        for (var i = random.Next(4); i > 0; i--)
        {
            annotations[Annotation(random)] = random.Next(5) switch
            {
                0 => new string('t', 200_000 / 4),
                1 => string.Join(',', Enumerable.Range(0, 1000).Select(
                    n => string.Create(CultureInfo.InvariantCulture, $"Step{n}@{n:x8}"))),
                2 => Texts[random.Next(Texts.Length)],
                3 => "Abandon",
                _ => "token-1",
            };
        }

        if (annotations.Count > 0)
        {
            metadata["annotations"] = annotations;
        }

        if (random.Next(20) == 0)
        {
            metadata["labels"] =
                new JsonObject { ["drydock.dev/upgrade"] = "another", ["drydock.dev/upgrade-uid"] = "not-a-uid" };
        }

        if (random.Next(40) == 0)
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "drydock.dev/v1alpha1",
                ["kind"] = "OmsUpgrade",
                ["name"] = "absent",
                ["uid"] = "0000",
                ["controller"] = true,
            });
        }

        return metadata;
    }

    private static string Annotation(Random random) => random.Next(6) switch
    {
        0 => "drydock.dev/retry",
        1 => "drydock.dev/abort",
        2 => "drydock.dev/approve",
        3 => "drydock.dev/on-delete",
        4 => "drydock.dev/unheard-of",
        _ => "example.com/note",
    };

    // Texts and durations that no schema should let through unharmed, at one to four places.
    private static void Spoil(Random random, JsonObject schema, JsonObject spec)
    {
        var places = Strings(schema, spec).ToList();
        for (var i = random.Next(1, 5); i > 0 && places.Count > 0; i--)
        {
            var (owner, key, field) = places[random.Next(places.Count)];
            owner[key] = field.Text("pattern") is Patterns.Duration or Patterns.PositiveDuration
                ? Durations[random.Next(Durations.Length)]
                : Texts[random.Next(Texts.Length)];
        }
    }

    // Whatever names a directory names one of the operator's own.
    private static void Aim(Random random, JsonNode? node)
    {
        if (node is JsonObject map)
        {
            if (map["directory"] is JsonObject directory)
            {
                directory["path"] = Paths[random.Next(Paths.Length)];
            }

            foreach (var (_, below) in map)
            {
                Aim(random, below);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Aim(random, item);
            }
        }
    }

    private static IEnumerable<(JsonObject Owner, string Key, JsonObject Field)> Strings(
        JsonObject schema, JsonNode? value)
    {
        if (value is JsonObject map)
        {
            foreach (var (name, field) in schema.Fields())
            {
                if (map[name] is null)
                {
                    continue;
                }

                if (field!.AsObject().Kind() == "string")
                {
                    yield return (map, name, field!.AsObject());
                }

                foreach (var below in Strings(field!.AsObject(), map[name]))
                {
                    yield return below;
                }
            }
        }
        else if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            foreach (var below in list.SelectMany(item => Strings(items, item)))
            {
                yield return below;
            }
        }
    }

    private static string Nest(string text, int depth) =>
        $"{text[..^1]},\"unknown\":{string.Concat(Enumerable.Repeat("{\"a\":", depth))}1{new string('}', depth)}}}";
}
