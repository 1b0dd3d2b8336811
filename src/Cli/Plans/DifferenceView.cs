namespace Drydock.Cli.Plans;

/// <summary>What differs between two plans: only what will be done, not what was done so far.</summary>
internal static class DifferenceView
{
    private static readonly (string Name, Func<Step, string?> Of)[] Properties =
    [
        ("action", static s => s.Action),
        ("node", static s => s.Node),
        ("after", static s => string.Join(", ", s.After.Order(StringComparer.Ordinal))),
        ("pointOfNoReturn", static s => s.PointOfNoReturn.ToString()),
        ("reversible", static s => s.Planned.Reversible.ToString()),
        ("runOnce", static s => s.RunOnce.ToString()),
    ];

    /// <summary>The differences as lines of markup; none if both plans do the same.</summary>
    public static IReadOnlyList<string> Lines(PlanProgress before, PlanProgress after)
    {
        var former = before.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var present = after.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        return
        [
            .. before.Steps.Where(s => !present.ContainsKey(s.Id)).Select(s => $"[red]- {Step(s)}"),
            .. after.Steps.Where(s => !former.ContainsKey(s.Id)).Select(s => $"[green]+ {Step(s)}"),
            .. after.Steps.Where(s => former.ContainsKey(s.Id)).SelectMany(s => Changes(former[s.Id], s)),
            .. before.Notes.Except(after.Notes, StringComparer.Ordinal)
                .Select(note => $"[red]- Note:[/] {Texts.Escape(note)}"),
            .. after.Notes.Except(before.Notes, StringComparer.Ordinal)
                .Select(note => $"[green]+ Note:[/] {Texts.Escape(note)}"),
        ];
    }

    private static string Step(Step step) =>
        $"{Texts.Escape(step.Id)}[/]  [grey]{Texts.Escape(step.Title)}[/]";

    // The parameters and properties of a step that have another value than before.
    private static IEnumerable<string> Changes(Step before, Step after)
    {
        var fields = before.Parameters.Keys.Union(after.Parameters.Keys, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(key => (
                Name: key,
                Before: before.Parameters.GetValueOrDefault(key),
                After: after.Parameters.GetValueOrDefault(key)))
            .Concat(Properties.Select(p => (p.Name, Before: p.Of(before), After: p.Of(after))))
            .Where(field => field.Before != field.After)
            .ToList();
        return fields.Count == 0
            ? []
            : fields.Select(field =>
                    $"    {Texts.Escape(field.Name)}: [red]{Texts.Escape(field.Before ?? "(absent)")}[/] → "
                    + $"[green]{Texts.Escape(field.After ?? "(absent)")}[/]")
                .Prepend($"[yellow]~ {Texts.Escape(after.Id)}[/]");
    }
}
