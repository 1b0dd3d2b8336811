using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Drydock.Lab.Upgrades;

/// <summary>The plans of a status, unpacked without the product: so what is stored stays what its pages say.</summary>
public static class PackedPlans
{
    /// <summary>A plan with the steps and guards of all its parts; null if the status has none of that kind. A redo
    /// stands in the place of the upgrade.</summary>
    /// <param name="upgrade">The whole object.</param>
    /// <param name="kind">Upgrade, Rollback or Cleanup.</param>
    public static JsonObject? Plan(this JsonNode? upgrade, string kind = "Upgrade")
    {
        if (Head(upgrade, kind) is not { } head)
        {
            return null;
        }

        var parts = Unpacked(head["packed"]!.GetValue<string>());
        var plan = parts["work"]!.DeepClone().AsObject();
        foreach (var part in new[] { parts["details"]!, parts["record"]! })
        {
            foreach (var (name, value) in part.AsObject())
            {
                if (value is JsonArray items && items.All(i => i is JsonObject) && plan[name] is JsonArray known)
                {
                    Add(items, known);
                }
                else
                {
                    plan[name] = value?.DeepClone();
                }
            }
        }

        // A step of which nothing happened has no record.
        foreach (var step in (plan["steps"]?.AsArray() ?? []).OfType<JsonObject>())
        {
            step["state"] ??= "Pending";
        }

        foreach (var (name, value) in head.Where(f => f.Key is not ("packed" or "steps")))
        {
            plan[name] = value?.DeepClone();
        }

        return plan;
    }

    /// <summary>What everybody reads of a plan: number, kind, hash.</summary>
    public static JsonObject? Head(JsonNode? upgrade, string kind) =>
        (upgrade?["status"]?["plans"]?.AsArray() ?? []).OfType<JsonObject>().FirstOrDefault(
            p => p["kind"]!.GetValue<string>() is var its
                && (its == kind || (its == "Redo" && kind == "Upgrade")));

    private static void Add(JsonArray items, JsonArray known)
    {
        foreach (var item in items.OfType<JsonObject>())
        {
            var id = item["id"]!.GetValue<string>();
            var to = known.OfType<JsonObject>().Single(k => k["id"]!.GetValue<string>() == id);
            foreach (var (name, value) in item)
            {
                to[name] = value?.DeepClone();
            }
        }
    }

    private static JsonNode Unpacked(string text)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
        return JsonNode.Parse(gzip)!;
    }
}
