namespace Drydock.Reconcilers.Oms;

/// <summary>What the output of the correction JAR says, apart from its exit code. Pure.</summary>
internal static partial class JarOutput
{
    private const int NotEntered = 96;
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    public static bool ProvesNoRun(string output, int exitCode, string java)
    {
        var lines = TerminalText.Lines(output).Where(line => !Notice().IsMatch(line)).ToList();
        return lines.Count == 1 && exitCode switch
        {
            1 => LauncherError().IsMatch(lines[0]),
            NotEntered => lines[0].StartsWith("cannot enter /", StringComparison.Ordinal),
            NotExecutable or NotFound => ShellError().IsMatch(lines[0])
                && lines[0].Contains($"{java}:", StringComparison.Ordinal),
            _ => false,
        };
    }

    public static IEnumerable<string> Errors(string output) =>
        TerminalText.Lines(output).Where(line => Reported().IsMatch(line));

    public static bool NamesDuplicates(string output) =>
        TerminalText.Lines(output).Any(line => Duplicates().IsMatch(line));

    [GeneratedRegex(
        "duplicate.*project|project.*duplicate",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duplicates();

    [GeneratedRegex(
        @"^(?:Picked up \w+_OPTIONS: |(?:OpenJDK|Java HotSpot\(TM\)) .*warning: )",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Notice();

    [GeneratedRegex(
        "^Error: (?:Unable to access|Invalid or corrupt) jarfile ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LauncherError();

    [GeneratedRegex(
        "(?:not found|No such file or directory|Permission denied)$",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShellError();

    // A level where a log has it: first, or behind a time and no other level; or an exception that begins its line.
    [GeneratedRegex(
        @"^(?:(?:\[?\d[\d:.,/TZ+-]*\]?\s+|\[[^\]]*\]\s+)+(?:(?!INFO|WARN|DEBUG|TRACE)\S+\s+){0,2})?"
        + @"\[?(?:ERROR|FATAL|SEVERE)(?![A-Za-z])|"
        + @"^(?:Caused by: |Exception in thread ""[^""]*"" )?[\w.$]*(?:Exception|[a-z]Error)(?::|$| at )",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reported();
}
