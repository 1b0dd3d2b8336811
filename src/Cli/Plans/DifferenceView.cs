namespace Drydock.Cli.Plans;

/// <summary>What differs between two plans: only what will be done, not what was done so far.</summary>
internal static class DifferenceView
{
    /// <summary>The differences as lines of markup; none if both plans do the same.</summary>
    public static IReadOnlyList<string> Lines(PlanProgress before, PlanProgress after)
    {
        var changes = PlanDifference.Of(before.Plan, after.Plan);
        return
        [
            .. changes.Where(c => c is { Name: null, After: null }).Select(c => $"[red]- {Part(c, before)}"),
            .. changes.Where(c => c is { Name: null, Before: null }).Select(c => $"[green]+ {Part(c, after)}"),
            .. changes.Where(c => c.Name is not null).GroupBy(c => c.Part, StringComparer.Ordinal)
                .SelectMany(of => of.Select(Field).Prepend($"[yellow]~ {Texts.Escape(of.Key)}[/]")),
            .. Missing(before.Notes, after.Notes).Select(note => $"[red]- Note:[/] {note}"),
            .. Missing(after.Notes, before.Notes).Select(note => $"[green]+ Note:[/] {note}"),
        ];
    }

    private static IEnumerable<string> Missing(ImmutableList<string> of, ImmutableList<string> from) =>
        of.Except(from, StringComparer.Ordinal).Select(Texts.Escape);

    private static string Part(PlanChange change, PlanProgress plan) =>
        $"{Texts.Escape(change.Part)}[/]  [grey]{Texts.Escape(plan.Step(change.Part)?.Title ?? "")}[/]";

    private static string Field(PlanChange change) =>
        $"    {Texts.Escape(change.Name!)}: [red]{Texts.Escape(change.Before!)}[/] → "
        + $"[green]{Texts.Escape(change.After!)}[/]";
}
