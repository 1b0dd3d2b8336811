using System.Text.RegularExpressions;

namespace Drydock.Lab;

/// <summary>Compares what commands of a page print with what the page shows of it.</summary>
/// <remarks>
/// A line <c>…</c> of the page stands for any lines, and <c>…</c> in a line for any text of it. What differs from run
/// to run is not compared: times, durations, hashes, addresses, sizes, the random end of a name, and how far columns
/// are apart. With <c>DRYDOCK_REFRESH=pages</c> an output that differs is written into the page as a whole; what is too
/// long is left out afterwards, by hand.
/// </remarks>
/// <param name="names">What the page has in place of a text of the lab.</param>
public sealed partial class ShownOutput(IEnumerable<KeyValuePair<string, string>> names)
{
    private const string Variable = "DRYDOCK_REFRESH";
    private const string LeftOut = "…";

    private readonly List<KeyValuePair<string, string>> _names = [.. names.OrderByDescending(name => name.Key.Length)];

    /// <summary>Whether outputs that differ are written into the pages.</summary>
    public bool Refreshes { get; init; } = Environment.GetEnvironmentVariable(Variable) == "pages";

    /// <summary>Compares the output of a block, or writes it into its page.</summary>
    /// <exception cref="LabException">The page shows something else.</exception>
    public void Check(PageBlock block, string output)
    {
        ArgumentNullException.ThrowIfNull(block);
        var printed = AsOnPage(output);
        if (Missing(block.Shown ?? "", printed) is not { } missing)
        {
            return;
        }

        if (!Refreshes)
        {
            throw new LabException(
                $"{block.Place} does not print what the page shows. {Variable}=pages writes it.\n--- not printed in "
                + "its place:\n"
                + $"{missing}\n--- printed:\n{printed}");
        }

        Write(block, printed);
    }

    /// <summary>The first line of the page that was not printed in its place; null if all are as they were
    /// printed.</summary>
    public static string? Missing(string shown, string printed)
    {
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(printed);
        var text = string.Concat(Lines(printed).Select(line => $"{Compared(line)}\n"));
        var pattern = new StringBuilder(@"\A");
        foreach (var line in Lines(shown))
        {
            pattern.Append(line.Trim() == LeftOut
                ? "(.*\n)*"
                : $"{Regex.Escape(Compared(line)).Replace(LeftOut, ".*", StringComparison.Ordinal)}\n");
            if (!Regex.IsMatch(text, pattern.ToString()))
            {
                return line;
            }
        }

        return Regex.IsMatch(text, $@"{pattern}\z") ? null : "(the end)";
    }

    // Where a column follows, it stays where it is.
    private string AsOnPage(string output) =>
        string.Join('\n', Lines(_names.Aggregate(output, static (text, name) => Regex.Replace(
            text,
            $@"{Regex.Escape(name.Key)}(?!\d)(?<gap> {{2,}})?",
            found => found.Groups["gap"] is { Success: true } gap
                ? name.Value + new string(' ', Math.Max(2, gap.Length + name.Key.Length - name.Value.Length))
                : name.Value))));

    // Blocks before it may have been written since it was read.
    private static void Write(PageBlock block, string printed)
    {
        var text = File.ReadAllText(block.Page);
        var present = PageBlock.Read(block.Page)[block.Number];
        var end = present.ShownAt + present.Shown!.Length + (present.Shown.Length == 0 ? 0 : 1);
        File.WriteAllText(block.Page, $"{text[..present.ShownAt]}{printed}\n{text[end..]}");
    }

    private static IEnumerable<string> Lines(string text) => text.TrimEnd().Split('\n').Select(line => line.TrimEnd());

    private static string Compared(string line)
    {
        line = Moment().Replace(line, "TIME");
        line = Address().Replace(line, "ADDRESS");
        line = Hash().Replace(line, "HASH");
        line = Duration().Replace(line, "DURATION");
        line = Size().Replace(line, "SIZE");
        line = Trial().Replace(line, "-check-RANDOM");
        return Gap().Replace(line, " ").Trim();
    }

    [GeneratedRegex(
        @"\b(\d{4}-\d\d-\d\d[T ])?\d\d:\d\d(:\d\d(\.\d+)?)?Z?\b|\b\d{4}-\d\d-\d\d\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Moment();

    // A version has fewer digits. A node is named by its address with hyphens.
    [GeneratedRegex(
        @"\b\d{2,3}(?<sign>[.-])\d{1,3}\k<sign>\d{1,3}\k<sign>\d{1,3}(:\d+)?\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(sha256:)?(?=[0-9a-f]*[0-9])([0-9a-f]{64}|[0-9a-f]{8})\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Hash();

    [GeneratedRegex(
        @"\b\d+(\.\d+)? ?(ms|s|m|min|h|d|seconds?|minutes?|hours?|days?)\b( ?\d+ ?(s|m|min|h)\b)*|\b(\d+[dhms])+\b",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Duration();

    [GeneratedRegex(@"\b\d+(\.\d+)? ?([KMGT]i?B?|B|bytes)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Size();

    [GeneratedRegex(@"-check-[a-z0-9]{5}\b")]
    private static partial Regex Trial();

    [GeneratedRegex(@"\s+|─+")]
    private static partial Regex Gap();
}
