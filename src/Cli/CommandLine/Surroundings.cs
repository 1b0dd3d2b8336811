using Spectre.Console;

namespace Drydock.Cli.CommandLine;

/// <summary>What surrounds the process: clock, terminal, environment.</summary>
internal sealed record Surroundings
{
    private const int NarrowestTerminal = 40;
    private const int NoWrapping = 4096;

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
    public TextWriter Output { get; init => field = AsciiSignsWriter.For(value); } = AsciiSignsWriter.For(Console.Out);

    public TextWriter Errors { get; init => field = AsciiSignsWriter.For(value); } =
        AsciiSignsWriter.For(Console.Error);

    public bool IsLinux { get; init; } = OperatingSystem.IsLinux();

    public bool CanAsk { get; init; } = !Console.IsInputRedirected;

    public bool IsTerminal { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public bool UsesColor { get; init; } = !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public int? Width { get; init; } = Console.IsOutputRedirected ? null : ReadWidth();

    public int PresentWidth => Width is null ? NoWrapping : Console.IsOutputRedirected ? Width.Value : ReadWidth();

    /// <param name="wraps">Whether it wraps lines. Otherwise the terminal does, so that a command is copied from it in
    /// one piece.</param>
    public IAnsiConsole CreateConsole(bool wraps = true)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            // On Windows the detection also switches the console to escape sequences.
            Ansi = !IsTerminal ? AnsiSupport.No
                : OperatingSystem.IsWindows() ? AnsiSupport.Detect : AnsiSupport.Yes,
            ColorSystem = UsesColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = IsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(Output),
        });
        console.Profile.Width = wraps ? Width ?? NoWrapping : NoWrapping;
        return console;
    }

    private static int ReadWidth() => Math.Max(Console.WindowWidth, NarrowestTerminal);
}
