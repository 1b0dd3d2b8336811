namespace Drydock.Runs;

/// <summary>Lists the differences of two plans in the fields that the hash covers. One cause changes the same value in
/// many steps, and is one line.</summary>
public static class PlanDifference
{
    private const int Named = 4;
    private const int LongestValue = 100;

    public static IReadOnlyList<string> Describe(Plan before, Plan after)
    {
        var lines = new List<string>();
        var changed = new List<(string Where, string Name, string Values)>();

        // What a step waits for changes with the steps that are gone or new, which have a line of their own.
        var ids = before.Steps.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        ids.SymmetricExceptWith(after.Steps.Select(s => s.Id));
        Compare("", before.Steps, after.Steps, s => s.Id, s => s.Action, (was, now) => Changes(was, now, ids));
        Compare("guard ", before.Guards, after.Guards, g => g.Id, g => g.Check, Changes);
        changed.AddRange(
            Change("acknowledged", Join(before.Acknowledged ?? []), Join(after.Acknowledged ?? []))
                .Select(change => ("plan", change.Name, change.Values)));
        lines.AddRange(changed.GroupBy(c => c.Values, StringComparer.Ordinal).Select(Line));
        if (lines.Count == 0
            && (before with { Repeats = null, Found = null }).Hash
                != (after with { Repeats = null, Found = null }).Hash)
        {
            lines.Add("~ the order differs");
        }

        return lines;

        void Compare<T>(
            string kind,
            ImmutableList<T> former,
            ImmutableList<T> present,
            Func<T, string> id,
            Func<T, string> what,
            Func<T, T, IEnumerable<(string Name, string Values)>> changes)
        {
            var old = former.ToDictionary(id, StringComparer.Ordinal);
            var kept = present.Select(id).ToHashSet(StringComparer.Ordinal);
            lines.AddRange(
                former.Where(x => !kept.Contains(id(x))).Select(x => $"- {kind}{id(x)} ({what(x)}) is gone"));
            lines.AddRange(
                present.Where(x => !old.ContainsKey(id(x))).Select(x => $"+ {kind}{id(x)} ({what(x)}) is new"));
            changed.AddRange(
                from item in present
                where old.ContainsKey(id(item))
                from change in changes(old[id(item)], item)
                select ($"{kind}{id(item)}", change.Name, change.Values));
        }
    }

    private static string Line(IEnumerable<(string Where, string Name, string Values)> same)
    {
        var where = same.Select(c => c.Where).Distinct(StringComparer.Ordinal).ToList();
        var names = string.Join(", ", same.Select(c => c.Name).Distinct(StringComparer.Ordinal));
        return $"~ {Sentences.List(where, Named)}: {names} {same.First().Values}";
    }

    private static IEnumerable<(string Name, string Values)> Changes(
        PlannedStep was, PlannedStep now, HashSet<string> replaced) =>
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

    private static IEnumerable<(string Name, string Values)> Changes(PlannedGuard was, PlannedGuard now) =>
    [
        .. Change("check", was.Check, now.Check),
        .. Change("node", was.Node, now.Node),
        .. Parameters(was.Parameters, now.Parameters),
        .. Change("from", Join(was.From), Join(now.From)),
        .. Change("until", was.Until, now.Until),
    ];

    private static IEnumerable<(string Name, string Values)> Parameters(
        IReadOnlyDictionary<string, string> was, IReadOnlyDictionary<string, string> now) =>
        was.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .SelectMany(name => Change(name, was.GetValueOrDefault(name), now.GetValueOrDefault(name)));

    private static IEnumerable<(string Name, string Values)> Change(string name, string? was, string? now) =>
        string.Equals(was, now, StringComparison.Ordinal)
            ? []
            : [(name, $"{Clip(was ?? "(none)")} → {Clip(now ?? "(none)")}")];

    private static IEnumerable<(string Name, string Values)> Change(string name, bool was, bool now) =>
        was == now ? [] : [(name, $"{(was ? "yes" : "no")} → {(now ? "yes" : "no")}")];

    private static string Clip(string value) => SchemaLimits.Clip(value, LongestValue);

    private static string? Join(ImmutableList<string> ids) => ids.Count == 0 ? null : string.Join(", ", ids);
}
