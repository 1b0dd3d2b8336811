using Spectre.Console;

namespace Drydock.Cli.Output;

/// <summary>How times and states are written.</summary>
internal static class Texts
{
    public static string Duration(double seconds) => KubernetesDuration.Format(TimeSpan.FromSeconds(seconds));

    public static string Progress(double? elapsed, double? expected, bool hasEnded) => (elapsed, expected) switch
    {
        ({ } took, _) when hasEnded => Duration(took),
        ({ } sofar, { } all) => $"{Duration(sofar)} of about {Duration(all)}",
        ({ } sofar, null) => Duration(sofar),
        (null, { } all) => $"about {Duration(all)}",
        _ => "",
    };

    public static string Sign(StepMark mark) => Of(mark).Sign;

    public static string Word(StepMark mark) => Of(mark).Word;

    public static string Color(SystemState system) => system switch
    {
        SystemState.Down => "red",
        SystemState.Up => "green",
        _ => "yellow",
    };

    public static string Color(ShownState state) => state switch
    {
        ShownState.Ready => "green",
        ShownState.Held => "magenta",
        ShownState.Stalled => "red",
        _ => "blue",
    };

    public static void MarkupLines(this IAnsiConsole console, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            console.MarkupLine(line);
        }
    }

    public static string Escape(string text) => Markup.Escape(text);

    public static string Emphasise(string text)
    {
        var parts = text.Split('`');
        return string.Concat(parts.Select((part, index) =>
            index % 2 == 1 && index < parts.Length - 1 && !parts[index + 1].StartsWith(".*", StringComparison.Ordinal)
                ? $"[bold]{Escape(part)}[/]"
            : index % 2 == 1 ? $"`{Escape(part)}{(index < parts.Length - 1 ? "`" : "")}"
            : Escape(part)));
    }

    private static (string Sign, string Word) Of(StepMark mark) => mark switch
    {
        StepMark.Succeeded => ("[green]✔[/]", "done"),
        StepMark.Accepted => ("[yellow]✔[/]", "accepted"),
        StepMark.Running => ("[blue]●[/]", "running"),
        StepMark.Held => ("[magenta]‖[/]", "held"),
        StepMark.Failed => ("[red]✖[/]", "failed"),
        StepMark.Unknown => ("[red]?[/]", "unknown"),
        _ => ("[grey]○[/]", "pending"),
    };
}
