using Spectre.Console;

namespace Drydock.Cli.CommandLine;

/// <summary>What surrounds the process: clock, terminal, environment.</summary>
internal sealed record Surroundings
{
    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Standard input.</summary>
    public TextReader Input { get; init; } = Console.In;

    /// <summary>Standard output.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Standard error.</summary>
    public TextWriter Errors { get; init; } = Console.Error;

    /// <summary>Whether a user can answer a question.</summary>
    public bool CanAsk { get; init; } = !Console.IsInputRedirected;

    /// <summary>Whether the output can be redrawn: it is a terminal.</summary>
    public bool IsTerminal { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether to use colours. <see href="https://no-color.org"/>.</summary>
    public bool UsesColor { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Columns of the terminal; null without one: nothing is cut then.</summary>
    public int? Width { get; init; } = Console.IsOutputRedirected ? null : Math.Max(Console.WindowWidth, 40);

    /// <summary>A console that writes to the output.</summary>
    public IAnsiConsole CreateConsole() => CreateConsole(Output, IsTerminal, UsesColor, Width);

    /// <summary>A console that writes text without colours and without an end of the line.</summary>
    public static IAnsiConsole CreatePlainConsole(TextWriter output) => CreateConsole(output, false, false, null);

    private static IAnsiConsole CreateConsole(TextWriter output, bool isTerminal, bool usesColor, int? width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = usesColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width ?? 4096;
        return console;
    }
}
