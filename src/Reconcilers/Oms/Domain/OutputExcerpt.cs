namespace Drydock.Reconcilers.Oms;

/// <summary>The last lines of the output of a command that say why it failed. Pure. Give it text without secrets: the
/// lines are cut.</summary>
internal static partial class OutputExcerpt
{
    private const int Quoted = 3;
    private const int LongestLine = 200;

    // Scripts print much after an error; what is further up than this hardly ended the command.
    private const int LinesFromEnd = 40;

    /// <summary>The lines that name an error, otherwise the last ones, as a sentence; null for no output.</summary>
    public static string? Of(string output)
    {
        var lines = Lines(output);
        var telling = lines.Where(l => Telling().IsMatch(l)).ToList();
        var quoted = (telling.Count > 0 ? telling : lines).TakeLast(Quoted).Select(Quote).ToList();
        return quoted.Count == 0 ? null : $"The end of its output: {string.Join(", ", quoted)}.";
    }

    public static string? Errors(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        return all.Count == 0
            ? null
            : $"{Sentences.Count(all.Count, "line", "lines")} of its output: "
                + $"{string.Join(", ", all.Take(Quoted).Select(Quote))}{(all.Count > Quoted ? " and others" : "")}.";
    }

    private static string Quote(string line) => $"\"{ForeignText.Words(line.Replace('"', '\''), LongestLine)}\"";

    public static List<string> Lines(string output) =>
    [
        .. TerminalText.Lines(output)
            .Where(line => !line.StartsWith('+') && !Frame().IsMatch(line))
            .TakeLast(LinesFromEnd),
    ];

    [GeneratedRegex(
        "error|exception|fail|fatal|denied|refused|cannot|can't|unable|duplicate|already exists|no such|not found|"
        + "timed? ?out|no space|失败|错误|异常",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Telling();

    [GeneratedRegex(
        @"^(at [\w.$<>/]+\(|\.\.\. \d+ more$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Frame();
}

internal static class TerminalText
{
    /// <summary>The lines of an output that hold more than white space, clean and trimmed.</summary>
    internal static IEnumerable<string> Lines(string output) =>
        output.Split('\n').Select(line => ForeignText.Plain(line).Trim()).Where(line => line.Length > 0);
}
