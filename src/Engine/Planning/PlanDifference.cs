namespace Drydock.Engine.Planning;

/// <summary>Lists the differences of two plans in the fields that the hash covers.</summary>
public static class PlanDifference
{
    public static IReadOnlyList<string> Describe(Plan before, Plan after)
    {
        var lines = new List<string>();

        // What a step waits for changes with the steps that are gone or new, which have a line of their own.
        var ids = before.Steps.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        ids.SymmetricExceptWith(after.Steps.Select(s => s.Id));
        Compare(lines, "", before.Steps, after.Steps, s => s.Id, s => s.Action, (was, now) => Changes(was, now, ids));
        Compare(lines, "guard ", before.Guards, after.Guards, g => g.Id, g => g.Check, Changes);
        lines.AddRange(
            Change("acknowledged", Join(before.Acknowledged ?? []), Join(after.Acknowledged ?? []))
                .Select(change => $"~ {change}"));
        if (lines.Count == 0
            && !string.Equals(
                PlanHash.Compute(before.Steps, before.Guards),
                PlanHash.Compute(after.Steps, after.Guards),
                StringComparison.Ordinal))
        {
            lines.Add("~ the order differs");
        }

        return lines;
    }

    private static void Compare<T>(
        List<string> lines,
        string kind,
        List<T> before,
        List<T> after,
        Func<T, string> id,
        Func<T, string> what,
        Func<T, T, IEnumerable<string>> changes)
    {
        var old = before.ToDictionary(id, StringComparer.Ordinal);
        var now = after.Select(id).ToHashSet(StringComparer.Ordinal);
        lines.AddRange(before.Where(x => !now.Contains(id(x))).Select(x => $"- {kind}{id(x)} ({what(x)}) is gone"));
        foreach (var item in after)
        {
            lines.AddRange(old.TryGetValue(id(item), out var was)
                ? changes(was, item).Select(c => $"~ {kind}{id(item)}: {c}")
                : [$"+ {kind}{id(item)} ({what(item)}) is new"]);
        }
    }

    private static IEnumerable<string> Changes(PlanStep was, PlanStep now, HashSet<string> replaced) =>
    [
        .. Change("phase", was.Phase, now.Phase),
        .. Change("node", was.Node, now.Node),
        .. Change("action", was.Action, now.Action),
        .. Parameters(was.Parameters, now.Parameters),
        .. Change(
            "waits for",
            Join([.. was.After.Where(id => !replaced.Contains(id))]),
            Join([.. now.After.Where(id => !replaced.Contains(id))])),
        .. Change("run-once", was.RunOnce, now.RunOnce),
        .. Change("reversible", was.Reversible, now.Reversible),
        .. Change("point of no return", was.PointOfNoReturn, now.PointOfNoReturn),
    ];

    private static IEnumerable<string> Changes(PlanGuard was, PlanGuard now) =>
    [
        .. Change("check", was.Check, now.Check),
        .. Change("node", was.Node, now.Node),
        .. Parameters(was.Parameters, now.Parameters),
        .. Change("from", Join(was.From), Join(now.From)),
        .. Change("until", was.Until, now.Until),
    ];

    private static IEnumerable<string> Parameters(
        SortedDictionary<string, string> was, SortedDictionary<string, string> now) =>
        was.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .SelectMany(name => Change(name, was.GetValueOrDefault(name), now.GetValueOrDefault(name)));

    private static IEnumerable<string> Change(string name, string? was, string? now) =>
        string.Equals(was, now, StringComparison.Ordinal) ? [] : [$"{name} {was ?? "(none)"} → {now ?? "(none)"}"];

    private static IEnumerable<string> Change(string name, bool was, bool now) =>
        was == now ? [] : [$"{name} {(was ? "yes" : "no")} → {(now ? "yes" : "no")}"];

    private static string? Join(List<string> ids) => ids.Count == 0 ? null : string.Join(", ", ids);
}
