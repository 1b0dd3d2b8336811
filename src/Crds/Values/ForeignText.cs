using System.Text.RegularExpressions;

namespace Drydock.Crds.Values;

/// <summary>Text that others wrote: engines, databases, hosts, programs. It has one exit for each place that it is
/// written to. A value of YAML is quoted by its writer; a page makes text nodes only.</summary>
public static partial class ForeignText
{
    private const char Command = '`';

    /// <summary>For a place within a sentence or a comment: one line without backquotes, which mark commands for
    /// people, and without what <see cref="Plain"/> takes out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The most characters; a longer text ends in an ellipsis.</param>
    public static string Words(string text, int most = 1024)
    {
        var line = string.Join(' ', Plain(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Replace(Command, '\'');
        if (line.Length <= most)
        {
            return line;
        }

        var end = most - 1;
        return string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[end - 1]) ? end - 1 : end), "…");
    }

    /// <summary>As <see cref="Words"/>, of the end of a longer text: programs print the cause last.</summary>
    public static string LastWords(string text, int most)
    {
        return text.Length > most ? $"…{Words(text[^most..], most)}" : Words(text, most);
    }

    /// <summary>For a terminal and for a status: the lines without what a terminal obeys or hides: sequences that set
    /// colours or titles, control characters but line feed and tab, marks that turn the direction of writing, and
    /// halves of surrogate pairs, which no JSON can carry (they become U+FFFD).</summary>
    public static string Plain(string text)
    {
        var first = FirstUnusual(text);
        if (first == text.Length)
        {
            return text;
        }

        text = Escape().Replace(text, "");
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || !IsHidden(rune))
            {
                plain.Append(rune.ToString());
            }
        }

        return plain.ToString();
    }

    // Nearly all texts are ASCII: those are looked through many characters at a time.
    private static int FirstUnusual(string text)
    {
        var first = 0;
        while (text.AsSpan(first).IndexOfAnyExceptInRange(' ', '~') is >= 0 and var next)
        {
            first += next;
            if (text[first] is not ('\n' or '\t' or '…'))
            {
                return first;
            }

            first++;
        }

        return text.Length;
    }

    [GeneratedRegex(
        @"\u001b(\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[@-Z\\^_])",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    // Cf holds the marks of direction, and zero-width characters.
    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator;
}
