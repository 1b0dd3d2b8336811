namespace Drydock.Clients.Safety;

/// <summary>
/// Texts of other programs as sentences: a message ends with exactly one full stop, whoever wrote its last words.
/// </summary>
public static class Sentences
{
    /// <summary>The text with a full stop, unless it ends with a mark of its own.</summary>
    public static string Close(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.TrimEnd();
        return text.Length > 0 && text[^1] is '.' or '?' or '!' or '…' ? text : text + ".";
    }

    /// <summary>The text without its full stop, to be continued in the same sentence.</summary>
    public static string Open(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.TrimEnd();
        return text.EndsWith('.') && !text.EndsWith("..", StringComparison.Ordinal) ? text[..^1] : text;
    }
}
