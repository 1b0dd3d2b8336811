using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// What two plans of one scenario have in common if a case of the one says something about the other: their steps and
/// guards, the order of the steps, the actions and the names of the arguments. The values of the arguments (addresses,
/// ids, names of objects) differ from run to run and do not count.
/// </summary>
public static class PlanShape
{
    private const int Digits = 8;

    /// <summary>A hash of the shape, 8 hex digits.</summary>
    /// <param name="plan">The plan, unpacked.</param>
    /// <param name="named">Removes from an id what differs from run to run; null if nothing does.</param>
    public static string Of(JsonNode plan, Func<string, string>? named = null)
    {
        named ??= static id => id;
        var lines = Items(plan["steps"]).Select(step => Line(step, "action", ["after"], named))
            .Concat(Items(plan["guards"]).Select(guard => Line(guard, "check", ["from", "until"], named)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..Digits];
    }

    private static string Line(
        JsonNode item, string kind, IEnumerable<string> references, Func<string, string> named) =>
        string.Join('|', [Id(item["id"], named), Id(item[kind], named), Names(item["parameters"]), .. references.Select(
            name => Ids(item[name], named))]);

    // A list of ids, or a single one.
    private static string Ids(JsonNode? ids, Func<string, string> named) =>
        string.Join(',', (ids is JsonArray all ? [.. all] : new[] { ids }).Select(id => Id(id, named))
            .Order(StringComparer.Ordinal));

    private static string Id(JsonNode? id, Func<string, string> named) =>
        id is null ? "" : named(id.GetValue<string>());

    private static string Names(JsonNode? parameters) =>
        parameters is JsonObject all ? string.Join(',', all.Select(x => x.Key).Order(StringComparer.Ordinal)) : "";

    private static IEnumerable<JsonNode> Items(JsonNode? list) => (list?.AsArray() ?? []).OfType<JsonNode>();
}
