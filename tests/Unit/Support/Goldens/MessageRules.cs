namespace Drydock.Tests.Unit.Support;

/// <summary>What every message of a status, a finding, a follow-up and an Event keeps to.</summary>
internal static partial class MessageRules
{
    /// <summary>Most words of prose in a line. Names, numbers, paths, quoted output and commands do not count: how many
    /// there are depends on the target.</summary>
    public const int MostWords = 45;

    /// <summary>The rules that a message breaks, each with where; empty if it keeps to all.</summary>
    /// <param name="isOfPlugin">Whether the plugin prints it: a text of several messages, in the plugin's own
    /// commands.</param>
    public static IReadOnlyList<string> Broken(string message, bool isOfPlugin = false)
    {
        // What a target printed is as it is.
        var own = Quoted().Replace(message, "\"\"");
        List<string?> broken =
        [
            Found("64 hex digits", Digest(), message),
            Found("jsonpath", JsonPath(), own),
            Found("a name of .NET", DotNet(), own),
            Found("a number and its noun", OneOfMany(), own),
            Found("a negative time", NegativeTime(), own),
            Found("an order as progress", Progress(), own),
            Found("what a terminal obeys", Control(), message),
        ];
        if (!isOfPlugin)
        {
            broken.AddRange(own.Split('\n').SelectMany(line => SentenceEnd().Split(line).Where(s => s.Length > 0)
                .GroupBy(s => s, StringComparer.Ordinal).Where(same => same.Count() > 1)
                .Select(same => $"a sentence twice: {same.Key}")));
            broken.AddRange(own.Split('\n').Select(line => Command().Replace(line, "").Split(' ').Count(Word().IsMatch))
                .Where(words => words > MostWords).Select(words => $"{words} words"));
            broken.Add(Found("a command of the plugin", Plugin(), own));
        }

        return [.. broken.OfType<string>()];
    }

    private static string? Found(string rule, Regex sign, string text) =>
        sign.Match(text) is { Success: true } match ? $"{rule}: {match.Value}" : null;

    [GeneratedRegex(@"""[^""]*""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex("`[^`]*`", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"^[(\['‘]*[A-Za-z][A-Za-z'’-]*[.,;:!?)\]']*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=[.!?])\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SentenceEnd();

    // A checksum of a file, named as such, is what an administrator compares it by.
    [GeneratedRegex(
        @"(?<!SHA-256 |sha256 is |expected )(\b[0-9a-f]{64}\b|\{sha256\})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Digest();

    [GeneratedRegex("jsonpath", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex JsonPath();

    [GeneratedRegex(@"\b(?:Drydock|System)\.[A-Z]\w+|\w*[a-z]Exception\b|\.NET\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DotNet();

    [GeneratedRegex(
        @"(?<![\w.,:/=-])1 (hosts|steps|projects|tables|columns|files|nodes|sessions|databases|findings|instances|"
        + "processes|names|lines|servers|tablets|AutoFlags|leaders|members|writes|things|containers|warnings)\\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OneOfMany();

    [GeneratedRegex(
        @"(?<![\w-])-\d+ ?(s|m|h|seconds|minutes|hours)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NegativeTime();

    // To an administrator who waits for it himself; the operator is "waiting".
    [GeneratedRegex(
        @"Wait until (?:the administrator|every|all|no|stores)\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Progress();

    [GeneratedRegex(@"[\u0000-\u0009\u000b-\u001f\u007f]|\[[0-9;]*m\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Control();

    [GeneratedRegex("kubectl drydock", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Plugin();
}
