namespace Drydock.Crds.Values;

/// <summary>Joins texts of several authors (targets, other programs, steps, the engine) into one message. Each of them
/// may or may not end with a full stop.</summary>
public static class Sentences
{
    /// <summary>The texts in order, each ended by a full stop; empty ones are left out.</summary>
    public static string Join(params IReadOnlyList<string?> texts) =>
        string.Join(' ', texts.OfType<string>().Select(Close).Where(t => t.Length > 0));

    /// <summary>The first texts of a list, and how many more there are: <c>a, b and 3 more</c>.</summary>
    public static string List(IReadOnlyCollection<string> texts, int most, string separator = ", ")
    {
        var first = string.Join(separator, texts.Take(most));
        return texts.Count > most ? $"{first} and {texts.Count - most} more" : first;
    }

    /// <summary>A number with what is counted: <c>1 host is</c>, <c>3 hosts are</c>.</summary>
    public static string Count(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    /// <summary>An order, such as the title of a step, as what is under way: <c>Stop oms</c> becomes
    /// <c>Stopping oms</c>.</summary>
    public static string UnderWay(string order)
    {
        var words = order.Split(' ');
        words[0] = Participle(words[0]);
        if (words is [_, "and", _, ..])
        {
            words[2] = Participle(words[2]);
        }

        return string.Join(' ', words);
    }

    /// <summary>The text as one word of a list: white space and commas become <c>_</c>.</summary>
    public static string Word(string text) =>
        string.Concat(text.Select(static c => c == ',' || char.IsWhiteSpace(c) ? '_' : c));

    /// <summary>The text with one full stop, unless it already ends a sentence. A mark that announces something which
    /// did not come is left out: <c>failed:</c> becomes <c>failed.</c> An empty text stays empty.</summary>
    public static string Close(string text)
    {
        var trimmed = text.TrimEnd().TrimEnd(':', ';', ',').TrimEnd();

        // A full stop behind the full stop of a quoted text; three of them are an ellipsis.
        trimmed = trimmed.EndsWith("..", StringComparison.Ordinal)
            && !trimmed.EndsWith("...", StringComparison.Ordinal)
            ? trimmed[..^1]
            : trimmed;
        return trimmed.Length == 0 || trimmed[^1] is '.' or '!' or '?' or '…' or '。' or '！' or '？'
            ? trimmed
            : trimmed + '.';
    }

    /// <summary>The text without its full stop, to be continued in the same sentence. Keeps an ellipsis.</summary>
    public static string Open(string text)
    {
        var trimmed = text.TrimEnd();
        return trimmed.EndsWith('.') && !trimmed.EndsWith("..", StringComparison.Ordinal) ? trimmed[..^1] : trimmed;
    }

    // Restore, restoring; stop, stopping; wait, waiting.
    private static string Participle(string verb) => verb switch
    {
        "" => "",
        [.., not 'e', 'e'] => $"{verb[..^1]}ing",
        [.., var vowel, var last] when IsVowel(vowel) && !IsVowel(last) && verb.Count(IsVowel) == 1 =>
            $"{verb}{last}ing",
        _ => $"{verb}ing",
    };

    private static bool IsVowel(char letter) => "aeiouAEIOU".Contains(letter, StringComparison.Ordinal);
}
