namespace Drydock.Abstractions.Values;

/// <summary>
/// Joins texts of several authors (targets, steps, engine) into one message for people: what each of them wrote may or
/// may not end with a full stop.
/// </summary>
public static class StatusMessage
{
    /// <summary>The texts in order, each ended by a full stop; empty ones are left out.</summary>
    public static string Join(params IReadOnlyList<string?> texts) =>
        string.Join(' ', texts.OfType<string>().Select(End).Where(t => t.Length > 0));

    /// <summary>The text, ended by a full stop; an empty one stays empty.</summary>
    public static string End(string text)
    {
        var trimmed = text.TrimEnd();
        return trimmed.Length == 0 || trimmed[^1] is '.' or '!' or '?' ? trimmed : trimmed + '.';
    }
}
