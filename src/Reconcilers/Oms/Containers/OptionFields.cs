namespace Drydock.Reconcilers.Oms;

/// <summary>The options of a container by the names of dockerd's API, in a form that can be compared: without what has
/// its default, and without the values of variables, which may be secrets. Neither image, restart policy nor the
/// operator's own labels count: they change, or are compared by themselves.</summary>
internal sealed class OptionFields
{
    private const int PrintLength = 8;

    private static readonly string[] NotCompared = ["Image", "RestartPolicy"];
    private static readonly string[] PlainVariables = ["OMS_HOST_IP", "IS_UPGRADE"];

    // The order of these says nothing.
    private static readonly HashSet<string> Unordered = new(StringComparer.Ordinal)
    {
        "Binds", "Mounts", "Ulimits", "Devices", "CapAdd", "CapDrop", "SecurityOpt", "Env", "GroupAdd",
    };

    private readonly SortedDictionary<string, string> _fields = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>SHA-256 of all, 64 hex digits.</summary>
    public string Hash => Digest(string.Join('\n', _fields.Select(entry => $"{entry.Key}={entry.Value}")));

    public static OptionFields OfContainer(JsonObject container) =>
        Of(((JsonObject)container["Config"]!).Concat((JsonObject)container["HostConfig"]!));

    /// <summary>Of the parameters of a creation.</summary>
    public static OptionFields Of(JsonObject options) => Of(options
        .Where(field => field.Key != "HostConfig")
        .Concat(options["HostConfig"] as JsonObject ?? []));

    private static OptionFields Of(IEnumerable<KeyValuePair<string, JsonNode?>> fields)
    {
        var found = new OptionFields();
        foreach (var (name, value) in fields)
        {
            if (!NotCompared.Contains(name, StringComparer.Ordinal) && Canonical(name, Shown(name, value)) is { } node)
            {
                found._fields[name] = node.ToJsonString();
            }
        }

        return found;
    }

    public string? Value(string name) => _fields.GetValueOrDefault(name);

    /// <summary>A short text by which a later look finds out which fields differ: no value can be read from
    /// it.</summary>
    /// <remarks>dockerd fills in the name of the host when it creates a container.</remarks>
    public string Print() => string.Join(
        ',',
        _fields.Where(field => field.Key != "Hostname")
            .Select(field => $"{field.Key}:{Digest(field.Value)[..PrintLength]}"));

    public IReadOnlyList<string> DifferencesTo(string print)
    {
        var (before, now) = (print.Split(','), Print().Split(','));
        return
        [
            .. before.Except(now, StringComparer.Ordinal).Concat(now.Except(before, StringComparer.Ordinal))
                .Select(entry => entry.Split(':')[0])
                .Where(name => name.Length > 0)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static JsonNode? Shown(string name, JsonNode? value) => (name, value) switch
    {
        ("Env", JsonArray lines) =>
            new JsonArray([.. lines.Select(line => (JsonNode?)Variable(line!.GetValue<string>()))]),
        ("Labels", JsonObject labels) => new JsonObject(labels
            .Where(label => !label.Key.StartsWith("drydock.dev/", StringComparison.Ordinal))
            .Select(label => KeyValuePair.Create(label.Key, label.Value?.DeepClone()))),
        // dockerd keeps "no limit" as no value.
        ("PidsLimit", JsonValue limit) when limit.GetValue<long>() <= 0 => null,
        _ => value,
    };

    private static string Variable(string line)
    {
        var name = line.Split('=', 2)[0];
        return PlainVariables.Contains(name, StringComparer.Ordinal) ? line : name;
    }

    // Keys in order, and nothing where a default is: empty, false or 0.
    private static JsonNode? Canonical(string name, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                var kept = map.Select(entry => KeyValuePair.Create(entry.Key, Canonical("", entry.Value)))
                    .Where(entry => entry.Value is not null)
                    .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .ToList();
                return kept.Count == 0 ? null : new JsonObject(kept);
            case JsonArray list:
                var items = list.Select(item => Canonical("", item)).Where(item => item is not null);
                var ordered = Unordered.Contains(name)
                    ? items.OrderBy(item => item!.ToJsonString(), StringComparer.Ordinal)
                    : items;
                return ordered.ToArray() is { Length: > 0 } all ? new JsonArray(all) : null;
            case null:
                return null;
            default:
                return value.GetValueKind() is JsonValueKind.False or JsonValueKind.Null
                    || value.ToJsonString() is "\"\"" or "0"
                    ? null
                    : value.DeepClone();
        }
    }

    private static string Digest(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
