namespace Drydock.Crds.Common;

/// <summary>Texts of servers and hosts as people may see them.</summary>
internal static class PlainText
{
    /// <summary>The text without what a terminal obeys or hides: control characters but line feed and tab, marks that
    /// turn the direction of writing, and halves of surrogate pairs, which no JSON can carry (they become
    /// U+FFFD).</summary>
    public static string Of(string text)
    {
        var first = FirstUnusual(text);
        if (first == text.Length)
        {
            return text;
        }

        var plain = new StringBuilder(text, 0, first, text.Length);
        foreach (var rune in text.AsSpan(first).EnumerateRunes())
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

    // Cf holds the marks of direction, and zero-width characters.
    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator;
}
