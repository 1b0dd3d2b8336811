using Spectre.Console;

namespace Drydock.Cli.Output;

/// <summary>A plan as a table that is read before it is approved.</summary>
internal static class PlanText
{
    private const int NamedNodes = 4;
    private const int MostLines = 45;
    private const int FewestNotes = 1;

    /// <param name="isWide">A row a step; otherwise steps that do the same on several nodes share one.</param>
    public static void Print(IAnsiConsole console, RunView run, bool isWide = false)
    {
        var plan = run.Plans.Single(p => p.IsActive);
        console.Write(new Markup(
            $"[bold]{plan.Name} of {Texts.Escape($"{run.Namespace}/{run.Name}")}[/]  "
            + Texts.Escape($"{run.FromVersion} → {run.ToVersion}") + $"  [grey]plan {Word.Prefix(plan.Hash)}[/]"));
        console.WriteLine();
        var head = Head(run, plan).ToList();
        var table = Table(plan, isWide);
        console.MarkupLines(head.Select(Texts.Escape));
        console.Write(table);
        console.WriteLine();
        var room = isWide ? plan.Notes.Count : Math.Max(MostLines - head.Count - table.Rows.Count - 4, FewestNotes);
        foreach (var note in plan.Notes.Take(room))
        {
            console.Write(new Markup($"[yellow]Note:[/] {Texts.Emphasise(note)}"));
            console.WriteLine();
        }

        if (plan.Notes.Count > room)
        {
            console.MarkupLine($"{plan.Notes.Count - room} more notes, and every step: [bold]-o wide[/]");
        }
    }

    private static IEnumerable<string> Head(RunView run, PlanView plan)
    {
        var steps = plan.Phases.SelectMany(p => p.Steps).ToList();
        var nodes = steps.Select(s => s.Node).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var final = steps.Find(s => s.PointOfNoReturn)?.Id;
        yield return nodes.Count == 0
            ? $"{Sentences.Count(steps.Count, "step", "steps")}."
            : $"{Sentences.Count(steps.Count, "step", "steps")} on {Sentences.List(nodes, NamedNodes)}.";
        yield return final is null
            ? "It has no point of no return."
            : $"From {final} on a rollback loses data, or is impossible.";
        yield return run.Backup is { } place ? $"The backup goes to {place}." : "It takes no backup.";
        if (run.Kind == OmsUpgrade.KindName)
        {
            yield return run.DowntimeSeconds is { } known
                ? $"Downtime: {Texts.Duration(known)} so far."
                : "Downtime: expected; for how long is not known.";
        }
    }

    private static Table Table(PlanView plan, bool isWide)
    {
        var table = new Table().Border(TableBorder.None)
            .AddColumn(new TableColumn($"[grey]{(isWide ? "STEP" : "PHASE")}[/]").NoWrap())
            .AddColumn(new TableColumn("[grey]WHAT[/]"))
            .AddColumn(new TableColumn("[grey]TIME[/]").NoWrap())
            .AddColumn(new TableColumn("").NoWrap());
        foreach (var phase in plan.Phases)
        {
            var name = $"[bold]{Texts.Escape(phase.Name)}[/]";
            foreach (var rows in phase.Steps.GroupBy(s => isWide ? s.Id : Alike(s), StringComparer.Ordinal))
            {
                var first = rows.First();
                table.AddRow(
                    isWide ? Texts.Escape(first.Id) : name,
                    Texts.Escape(isWide ? Told(first) : Title([.. rows])),
                    Expected(rows.Max(s => s.ExpectedSeconds)),
                    string.Join(", ", rows.Select(Mark).Where(m => m.Length > 0).Distinct(StringComparer.Ordinal)));
                name = "";
            }
        }

        return table;
    }

    // What a step does, whichever node it does it on.
    private static string Alike(StepView step) =>
        $"{StepTimes.KindOf(step.Id, step.Node)} {Without(step.Title, step.Node)}";

    private static string Without(string title, string? node) =>
        node is null ? title : title.Replace(node, "{}", StringComparison.Ordinal);

    private static string Title(List<StepView> alike) => alike.Count == 1
        ? alike[0].Title
        : Without(alike[0].Title, alike[0].Node)
            .Replace("{}", Sentences.List(alike.ConvertAll(s => s.Node ?? s.Id), NamedNodes), StringComparison.Ordinal);

    // What it does, what it executes, and with what.
    private static string Told(StepView step) => string.Join(
        '\n',
        new[]
        {
            step.Title,
            step.Runs is null ? null : $"$ {step.Runs}",
            step.Parameters.Count == 0 ? null : string.Join(' ', step.Parameters.Select(p => $"{p.Key}={p.Value}")),
        }.OfType<string>());

    private static string Expected(double? seconds) => seconds is { } known ? $"about {Texts.Duration(known)}" : "";

    private static string Mark(StepView step)
    {
        string?[] marks =
        [
            step.Mark == StepMark.Pending ? null : $"{Texts.Sign(step.Mark)} {Texts.Word(step.Mark)}",
            step.PointOfNoReturn ? "[red]point of no return[/]" : null,
            step.RunOnce ? "[yellow]runs once[/]" : null,
        ];
        return string.Join(", ", marks.OfType<string>());
    }
}
