namespace Drydock.Cli.Plans;

/// <summary>What differs between two plans: only what will be done, not what was done so far.</summary>
internal static class DifferenceView
{
    /// <summary>The differences as lines of markup; none if both plans do the same.</summary>
    public static IReadOnlyList<string> Lines(PlanProgress before, PlanProgress after)
    {
        var former = Entries(before).ToDictionary(e => e.Id, StringComparer.Ordinal);
        var present = Entries(after).ToDictionary(e => e.Id, StringComparer.Ordinal);
        return
        [
            .. Entries(before).Where(e => !present.ContainsKey(e.Id)).Select(e => $"[red]- {e.Line}"),
            .. Entries(after).Where(e => !former.ContainsKey(e.Id)).Select(e => $"[green]+ {e.Line}"),
            .. Entries(after).Where(e => former.ContainsKey(e.Id)).SelectMany(e => Changes(former[e.Id], e)),
            .. Missing(before.Notes, after.Notes).Select(note => $"[red]- Note:[/] {note}"),
            .. Missing(after.Notes, before.Notes).Select(note => $"[green]+ Note:[/] {note}"),
            .. Missing(before.Plan.Acknowledged, after.Plan.Acknowledged)
                .Select(word => $"[red]- Acknowledged:[/] {word}"),
            .. Missing(after.Plan.Acknowledged, before.Plan.Acknowledged)
                .Select(word => $"[green]+ Acknowledged:[/] {word}"),
        ];
    }

    private static IEnumerable<string> Missing(IEnumerable<string>? of, IEnumerable<string>? from) =>
        (of ?? []).Except(from ?? [], StringComparer.Ordinal).Select(Texts.Escape);

    private static IEnumerable<Entry> Entries(PlanProgress plan) =>
    [
        .. plan.Steps.Select(s => new Entry(s.Id, s.Title, Fields(
            s.Parameters,
            ("action", s.Action),
            ("node", s.Node),
            ("after", string.Join(", ", s.After.Order(StringComparer.Ordinal))),
            ("pointOfNoReturn", $"{s.PointOfNoReturn}"),
            ("reversible", $"{s.Planned.Reversible}"),
            ("runOnce", $"{s.RunOnce}")))),
        .. plan.Guards.Select(g => new Entry($"guard {g.Id}", "", Fields(
            g.Planned.Parameters,
            ("check", g.Planned.Check),
            ("node", g.Node),
            ("from", string.Join(", ", g.Planned.From)),
            ("until", g.Planned.Until)))),
    ];

    private static List<(string Name, string? Value)> Fields(
        IReadOnlyDictionary<string, string>? parameters, params IEnumerable<(string Name, string? Value)> others) =>
    [
        .. (parameters ?? ImmutableDictionary<string, string>.Empty).OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => (p.Key, (string?)p.Value)),
        .. others,
    ];

    // The fields of an entry that have another value than before.
    private static IEnumerable<string> Changes(Entry before, Entry after)
    {
        var fields = before.Fields.Concat(after.Fields).Select(f => f.Name).Distinct(StringComparer.Ordinal)
            .Select(name => (Name: name, Before: before.Value(name), After: after.Value(name)))
            .Where(field => field.Before != field.After)
            .Select(field => $"    {Texts.Escape(field.Name)}: [red]{Texts.Escape(field.Before ?? "(absent)")}[/] → "
                + $"[green]{Texts.Escape(field.After ?? "(absent)")}[/]")
            .ToList();
        return fields.Count == 0 ? [] : fields.Prepend($"[yellow]~ {Texts.Escape(after.Id)}[/]");
    }

    private sealed record Entry(string Id, string Title, List<(string Name, string? Value)> Fields)
    {
        public string Line => $"{Texts.Escape(Id)}[/]  [grey]{Texts.Escape(Title)}[/]";

        public string? Value(string name) => Fields.Find(f => f.Name == name).Value;
    }
}
