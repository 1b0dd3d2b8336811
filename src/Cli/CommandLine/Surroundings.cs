using Spectre.Console;

namespace Drydock.Cli.CommandLine;

/// <summary>What surrounds the process: clock, terminal, environment.</summary>
internal sealed record Surroundings
{
    private const int NarrowestTerminal = 40;

    private const int NoWrapping = 4096;
    private readonly TextWriter _output = AsciiSignsWriter.For(Console.Out);
    private readonly TextWriter _errors = AsciiSignsWriter.For(Console.Error);

    /// <summary>The surroundings of this process. A console of Windows is set to UTF-8; otherwise it shows most signs
    /// as "?".</summary>
    public static Surroundings OfProcess()
    {
        if (OperatingSystem.IsWindows() && !Console.IsOutputRedirected)
        {
            Console.OutputEncoding = Encoding.UTF8;
        }

        return new Surroundings();
    }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TextReader Input { get; init; } = Console.In;

    /// <summary>Standard output. What its encoding does not have is written in ASCII.</summary>
    public TextWriter Output
    {
        get => _output;
        init => _output = AsciiSignsWriter.For(value);
    }

    public TextWriter Errors
    {
        get => _errors;
        init => _errors = AsciiSignsWriter.For(value);
    }

    public bool IsLinux { get; init; } = OperatingSystem.IsLinux();

    public bool CanAsk { get; init; } = !Console.IsInputRedirected;

    public bool IsTerminal { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public bool UsesColor { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public int? Width { get; init; } = Console.IsOutputRedirected ? null : ReadWidth();

    public int PresentWidth => Width is null ? NoWrapping : Console.IsOutputRedirected ? Width.Value : ReadWidth();

    public IAnsiConsole CreateConsole() => CreateConsole(Output, IsTerminal, UsesColor, Width);

    /// <summary>A console that does not wrap lines. The terminal does it, so that a command is copied from it in one
    /// piece.</summary>
    public IAnsiConsole CreateUnwrappedConsole() => CreateConsole(Output, IsTerminal, UsesColor, null);

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
