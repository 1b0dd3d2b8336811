using System.Text.Json.Nodes;

namespace Drydock.Crds.Plans;

/// <summary>A difference of two plans.</summary>
/// <param name="Part">The step, <c>guard ID</c> of a guard, or <see cref="PlanDifference.Whole"/>.</param>
/// <param name="Name">What of it differs, in words; null if the part itself is gone or new.</param>
/// <param name="Before">The former value; of a part that is gone, its action. Null if the part is new.</param>
/// <param name="After">The present value; of a new part, its action. Null if the part is gone.</param>
public sealed record PlanChange(string Part, string? Name, string? Before, string? After);

/// <summary>Compares two plans by what their hash covers, as it is hashed, so that plans with different hashes have a
/// difference.</summary>
public static class PlanDifference
{
    /// <summary>The part of what is neither of a step nor of a guard.</summary>
    public const string Whole = "plan";

    private const int Named = 4;
    private const int LongestValue = 100;
    private const string Absent = "(none)";
    private const string HashStart = "sha256:";

    /// <summary>The differences as lines. One cause changes the same value in many steps, and is one line.</summary>
    public static IReadOnlyList<string> Describe(Plan before, Plan after)
    {
        var changes = Of(before, after);
        return
        [
            .. changes.Where(c => c.Name is null).Select(c => c.After is null
                ? $"- {c.Part} ({c.Before}) is gone"
                : $"+ {c.Part} ({c.After}) is new"),
            .. changes.Where(c => c.Name is not null)
                .Select(c => (c.Part, c.Name, Values: $"{Clip(c.Before!)} → {Clip(c.After!)}"))
                .GroupBy(c => c.Values, StringComparer.Ordinal)
                .Select(same => $"~ {Distinct(same.Select(c => c.Part), Named)}: "
                    + $"{Distinct(same.Select(c => c.Name!), int.MaxValue)} {same.Key}"),
        ];
    }

    /// <summary>The differences: steps, then guards, then what is of the whole plan; empty exactly if the hashes are
    /// equal.</summary>
    public static IReadOnlyList<PlanChange> Of(Plan before, Plan after)
    {
        var (was, now) = (StoredRun.WorkOf(before), StoredRun.WorkOf(after));

        // What a step waits for changes with the steps that are gone or new, which have a line of their own.
        var replaced = before.Steps.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        replaced.SymmetricExceptWith(after.Steps.Select(s => s.Id));
        var (parts, whole) = (new List<PlanChange>(), new List<PlanChange>());
        foreach (var name in Names(was, now))
        {
            if (Parts(was[name]) is { } former && Parts(now[name]) is { } present && former.Count + present.Count > 0)
            {
                parts.AddRange(Compare(name == "steps" ? "" : $"{name[..^1]} ", former, present, replaced));
                whole.AddRange(Order(name, former, present) is { } order ? [order] : []);
            }
            else
            {
                whole.AddRange(Compare(Whole, InWords(name), was[name], now[name], replaced));
            }
        }

        return [.. parts, .. whole];
    }

    private static IEnumerable<PlanChange> Compare(
        string kind, List<JsonObject> former, List<JsonObject> present, HashSet<string> replaced)
    {
        var old = former.ToDictionary(Id, StringComparer.Ordinal);
        var kept = present.Select(Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. former.Where(p => !kept.Contains(Id(p))).Select(p => new PlanChange(kind + Id(p), null, Does(p), null)),
            .. present.Where(p => !old.ContainsKey(Id(p)))
                .Select(p => new PlanChange(kind + Id(p), null, null, Does(p))),
            .. from part in present
               where old.ContainsKey(Id(part))
               let was = old[Id(part)]
               from name in Names(was, part)
               from change in Compare(kind + Id(part), InWords(name), was[name], part[name], replaced)
               select change,
        ];
    }

    private static List<PlanChange> Compare(
        string part, string name, JsonNode? was, JsonNode? now, HashSet<string> replaced)
    {
        if (JsonNode.DeepEquals(was, now))
        {
            return [];
        }

        if ((was ?? new JsonObject()) is JsonObject former && (now ?? new JsonObject()) is JsonObject present
            && former.Count + present.Count > 0)
        {
            return [.. Names(former, present).SelectMany(n => Compare(part, n, former[n], present[n], replaced))];
        }

        var (before, after) = (Text(was, replaced), Text(now, replaced));
        return before != after ? [new(part, name, before ?? Absent, after ?? Absent)]
            : Items(was).Concat(Items(now)).Any(replaced.Contains) ? []
            : [new(part, name, was?.ToJsonString() ?? Absent, now?.ToJsonString() ?? Absent)];
    }

    // From the first place to the last at which another part stands.
    private static PlanChange? Order(string name, List<JsonObject> former, List<JsonObject> present)
    {
        var both = former.Select(Id).Intersect(present.Select(Id), StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        var was = former.Select(Id).Where(both.Contains).ToList();
        var now = present.Select(Id).Where(both.Contains).ToList();
        var moved = Enumerable.Range(0, both.Count).Where(i => was[i] != now[i]).ToList();
        return moved is [var first, .., var last]
            ? new(Whole, $"order of {name}", Join(was[first..(last + 1)]), Join(now[first..(last + 1)]))
            : null;
    }

    // The entries of a list of steps or guards; null for another value.
    private static List<JsonObject>? Parts(JsonNode? list) =>
        list is JsonArray items && items.All(i => i is JsonObject part && part["id"] is JsonValue)
            ? [.. items.OfType<JsonObject>()]
            : null;

    private static string Id(JsonObject part) => (string)part["id"]!;

    private static string? Does(JsonObject part) => (string?)(part["action"] ?? part["check"]) ?? "";

    private static IEnumerable<string> Names(JsonObject was, JsonObject now) =>
        was.Select(f => f.Key).Union(now.Select(f => f.Key), StringComparer.Ordinal);

    private static string? Text(JsonNode? node, HashSet<string> replaced) => node switch
    {
        JsonArray => Items(node).Where(i => !replaced.Contains(i)).ToList() is { Count: > 0 } left ? Join(left) : null,
        _ => node?.GetValueKind() switch
        {
            null => null,
            JsonValueKind.String => (string?)node,
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            _ => node.ToJsonString(),
        },
    };

    private static IEnumerable<string> Items(JsonNode? list) =>
        (list as JsonArray ?? []).Select(i => Text(i, []) ?? "");

    private static string Join(IEnumerable<string> texts) => string.Join(", ", texts);

    // pointOfNoReturn is the point of no return.
    private static string InWords(string field) => field switch
    {
        "after" => "waits for",
        "found" => "what preflight found",
        "repeats" => "the plan that it repeats",
        _ => string.Concat(field.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}")),
    };

    private static string Distinct(IEnumerable<string> texts, int most) =>
        Sentences.List([.. texts.Distinct(StringComparer.Ordinal)], most);

    // Of a hash the beginning.
    private static string Clip(string value) =>
        value.Length == HashStart.Length + 64 && value.StartsWith(HashStart, StringComparison.Ordinal)
            ? HashStart + Word.Prefix(value)
            : SchemaLimits.Clip(value, LongestValue);
}
