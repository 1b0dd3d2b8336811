using Spectre.Console;

namespace Drydock.Cli.Plans;

/// <summary>Prints what differs between two plans.</summary>
internal static class PlanDifferenceText
{
    public static void Print(
        IAnsiConsole console, string other, PlanDifference difference, string hashBefore, string hashAfter)
    {
        console.MarkupLine(
            $"Compared with {Texts.Escape(other)}: {Texts.Hash(hashBefore)} → [bold]{Texts.Hash(hashAfter)}[/]");
        if (difference.IsEmpty)
        {
            console.MarkupLine("Both plans do the same.");
            return;
        }

        foreach (var step in difference.Removed)
        {
            console.MarkupLine($"[red]- {Texts.Escape(step.Id)}[/]  [grey]{Texts.Escape(step.Title)}[/]");
        }

        foreach (var step in difference.Added)
        {
            console.MarkupLine($"[green]+ {Texts.Escape(step.Id)}[/]  [grey]{Texts.Escape(step.Title)}[/]");
        }

        foreach (var step in difference.Changed)
        {
            console.MarkupLine($"[yellow]~ {Texts.Escape(step.Id)}[/]");
            foreach (var field in step.Fields)
            {
                console.MarkupLine(
                    $"    {Texts.Escape(field.Name)}: [red]{Texts.Escape(field.Before ?? "(absent)")}[/] → "
                    + $"[green]{Texts.Escape(field.After ?? "(absent)")}[/]");
            }
        }

        foreach (var note in difference.RemovedNotes)
        {
            console.MarkupLine($"[red]- Note:[/] {Texts.Escape(note)}");
        }

        foreach (var note in difference.AddedNotes)
        {
            console.MarkupLine($"[green]+ Note:[/] {Texts.Escape(note)}");
        }
    }
}
