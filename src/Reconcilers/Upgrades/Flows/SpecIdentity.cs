namespace Drydock.Reconcilers.Upgrades;

/// <summary>The identity fields of a spec by their paths. A plan keeps them, so that a later change is reported with
/// the field and both values. Of a large field, and of the value of an environment variable, which may be a password,
/// it keeps a hash. Pure.</summary>
internal static class SpecIdentity
{
    private const int LargestField = 1024;
    private const int LongestValue = 120;
    private const int MostNamed = 5;

    public static SortedDictionary<string, string> Of(JsonObject identity) => new(
        identity.SelectMany(f => f.Value!.ToJsonString().Length > LargestField
            ? [Hash(f.Key, f.Value)]
            : Leaves(f.Key, f.Value)).ToDictionary(StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>Which identity fields differ from those of the plan, with the values of both.</summary>
    public static string Changes(PlanProgress plan, JsonObject identity)
    {
        var (then, now) = (plan.Plan.Identity ?? ImmutableSortedDictionary<string, string>.Empty, Of(identity));
        var changed = then.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Where(path =>
                plan.Plan.Identity is not null && then.GetValueOrDefault(path) != now.GetValueOrDefault(path))
            .Order(StringComparer.Ordinal)
            .Select(path => $"spec.{path} (now {Value(now, path)}, in the plan {Value(then, path)})")
            .ToList();
        return changed.Count == 0 ? "an identity field of spec" : Sentences.List(changed, MostNamed);
    }

    private static string Value(IReadOnlyDictionary<string, string> fields, string path) =>
        fields.TryGetValue(path, out var value) ? SchemaLimits.Cut(value, LongestValue) : "not set";

    private static IEnumerable<KeyValuePair<string, string>> Leaves(string path, JsonNode node) => node switch
    {
        JsonObject { Count: > 0 } part => part.SelectMany(field => Leaves($"{path}.{field.Key}", field.Value!)),
        JsonArray list when list.Any(item => item is JsonObject) =>
            list.SelectMany((item, index) => Leaves($"{path}[{index}]", item!)),
        _ when path.EndsWith(".value", StringComparison.Ordinal) => [Hash(path, node)],
        _ => [new(path, node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString())],
    };

    private static KeyValuePair<string, string> Hash(string path, JsonNode node) => new(
        path, $"hash {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node.ToJsonString())))[..8]}");
}
