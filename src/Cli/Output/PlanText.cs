using Spectre.Console;
using Spectre.Console.Rendering;

namespace Drydock.Cli.Output;

/// <summary>A plan as a table that is read before it is approved.</summary>
internal static class PlanText
{
    public static void Print(IAnsiConsole console, RunView run)
    {
        foreach (var part in Render(run, run.Plans.Single(p => p.IsActive)))
        {
            console.Write(part);
            console.WriteLine();
        }
    }

    private static IEnumerable<IRenderable> Render(RunView run, PlanView plan)
    {
        var title = new Markup(
            $"[bold]{plan.Name} of {Texts.Escape($"{run.Namespace}/{run.Name}")}[/]  "
            + Texts.Escape($"{run.FromVersion} → {run.ToVersion}") + $"  [grey]plan {Texts.Escape(plan.Hash)}[/]");
        var table = new Table().Border(TableBorder.None)
            .AddColumn(new TableColumn("[grey]STEP[/]").NoWrap())
            .AddColumn(new TableColumn("[grey]NODE[/]").NoWrap())
            .AddColumn(new TableColumn("[grey]WHAT[/]"))
            .AddColumn(new TableColumn("[grey]TIME[/]").NoWrap())
            .AddColumn(new TableColumn("").NoWrap());
        foreach (var phase in plan.Phases)
        {
            table.AddRow($"[bold]{Texts.Escape(phase.Name)}[/]", "", "", $"[grey]{Expected(phase.ExpectedSeconds)}[/]");
            foreach (var step in phase.Steps)
            {
                table.AddRow(
                    $"  {Texts.Escape(step.Id)}",
                    Texts.Escape(step.Node ?? ""),
                    Texts.Escape(step.Title),
                    Expected(step.ExpectedSeconds),
                    Mark(step));
            }
        }

        var notes = plan.Notes.Select(note => new Markup($"[yellow]Note:[/] {Texts.Emphasise(note)}"));
        return [title, table, .. notes];
    }

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
