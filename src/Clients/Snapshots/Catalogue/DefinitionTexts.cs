namespace Drydock.Clients.Snapshots;

/// <summary>Shows how two definitions of one object differ, in a few hundred characters.</summary>
internal static partial class DefinitionTexts
{
    private const int Before = 40;
    private const int Length = 160;

    /// <summary>Both texts from shortly before the first difference; a text that is not known is named so.</summary>
    internal static string Compare(string? expected, string? actual)
    {
        var at = 0;
        if (expected is not null && actual is not null)
        {
            while (at < expected.Length && at < actual.Length && expected[at] == actual[at])
            {
                at++;
            }
        }

        var from = Math.Max(0, at - Before);
        return $"it was {Excerpt(expected, from)} and is {Excerpt(actual, from)}.";
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();

    private static string Excerpt(string? text, int from)
    {
        if (text is null)
        {
            return "not recorded";
        }

        var start = from < text.Length && char.IsLowSurrogate(text[from]) ? from + 1 : Math.Min(from, text.Length);
        var piece = text.Substring(start, Math.Min(Length, text.Length - start));
        var (before, after) = (start > 0 ? "…" : "", start + piece.Length < text.Length ? "…" : "");
        return $"'{before}{Blanks().Replace(piece, " ")}{after}'";
    }
}
