using System.Text;
using Spectre.Console;

namespace Drydock.Cli.CommandLine;

/// <summary>What surrounds the process: clock, terminal, environment.</summary>
internal sealed record Surroundings
{
    private const int NarrowestTerminal = 40;

    /// <summary>Wider than any line: nothing is wrapped.</summary>
    private const int NoWrapping = 4096;
    private readonly TextWriter _output = AsciiSignsWriter.For(Console.Out);
    private readonly TextWriter _errors = AsciiSignsWriter.For(Console.Error);

    /// <summary>
    /// The surroundings of this process. A console of Windows is set to UTF-8; otherwise it shows most signs as "?".
    /// </summary>
    public static Surroundings OfProcess()
    {
        if (OperatingSystem.IsWindows() && !Console.IsOutputRedirected)
        {
            Console.OutputEncoding = Encoding.UTF8;
        }

        return new Surroundings();
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Standard input.</summary>
    public TextReader Input { get; init; } = Console.In;

    /// <summary>Standard output. What its encoding does not have is written in ASCII.</summary>
    public TextWriter Output
    {
        get => _output;
        init => _output = AsciiSignsWriter.For(value);
    }

    /// <summary>Standard error.</summary>
    public TextWriter Errors
    {
        get => _errors;
        init => _errors = AsciiSignsWriter.For(value);
    }

    /// <summary>Whether the program runs on Linux.</summary>
    public bool IsLinux { get; init; } = OperatingSystem.IsLinux();

    /// <summary>Whether a user can answer a question.</summary>
    public bool CanAsk { get; init; } = !Console.IsInputRedirected;

    /// <summary>Whether the output can be redrawn: it is a terminal.</summary>
    public bool IsTerminal { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether to use colours. <see href="https://no-color.org"/>.</summary>
    public bool UsesColor { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Columns of the terminal at the start; null without one: nothing is cut then.</summary>
    public int? Width { get; init; } = Console.IsOutputRedirected ? null : ReadWidth();

    /// <summary>Columns of the terminal as it is now, after the user has resized it.</summary>
    public int PresentWidth => Width is null ? NoWrapping : Console.IsOutputRedirected ? Width.Value : ReadWidth();

    /// <summary>A console that writes to the output.</summary>
    public IAnsiConsole CreateConsole() => CreateConsole(Output, IsTerminal, UsesColor, Width);

    /// <summary>
    /// A console that does not wrap lines. The terminal does it, so that a command is copied from it in one piece.
    /// </summary>
    public IAnsiConsole CreateUnwrappedConsole() => CreateConsole(Output, IsTerminal, UsesColor, null);

    /// <summary>A console that writes text without colours and without an end of the line.</summary>
    public static IAnsiConsole CreatePlainConsole(TextWriter output) => CreateConsole(output, false, false, null);

    private static int ReadWidth() => Math.Max(Console.WindowWidth, NarrowestTerminal);

    private static IAnsiConsole CreateConsole(TextWriter output, bool isTerminal, bool usesColor, int? width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            // On Windows the detection also switches the console to escape sequences.
            Ansi = !isTerminal ? AnsiSupport.No
                : OperatingSystem.IsWindows() ? AnsiSupport.Detect : AnsiSupport.Yes,
            ColorSystem = usesColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width ?? NoWrapping;
        return console;
    }
}
