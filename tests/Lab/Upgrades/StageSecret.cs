namespace Drydock.Lab.Upgrades;

/// <summary>A Secret that a manifest refers to.</summary>
/// <param name="Values">stringData.</param>
public sealed record StageSecret(string Name, string Type, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>A Secret of type Opaque.</summary>
    public static StageSecret Opaque(string name, params (string Key, string Value)[] values) =>
        new(name, "Opaque", values.ToDictionary(v => v.Key, v => v.Value, StringComparer.Ordinal));

    /// <summary>The manifest in a namespace.</summary>
    public JsonObject ToManifest(string space) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = space },
        ["type"] = Type,
        ["stringData"] = new JsonObject(Values.Select(x => KeyValuePair.Create(x.Key, (JsonNode?)x.Value))),
    };
}
