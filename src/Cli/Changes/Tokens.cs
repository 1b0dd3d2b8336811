namespace Drydock.Cli.Changes;

/// <summary>Tokens for annotations that ask for something once.</summary>
internal static class Tokens
{
    public static string Next(Run run, TokenKind kind, string annotation) =>
        First(Used(run, kind, annotation), static n => n.ToString(CultureInfo.InvariantCulture));

    /// <summary>A word for the present plan, <c>what@hash</c>, with a number behind it if it was given
    /// before.</summary>
    public static string NextWord(Run run, string what, IReadOnlySet<string> used)
    {
        var word = $"{what}@{Texts.Hash(run.ActivePlan!.Hash)}";
        return First(used, n => n == 1 ? word : $"{word}.{n}");
    }

    public static IReadOnlySet<string> Used(Run run, TokenKind kind, string annotation) =>
        (run.Status?.UsedTokens ?? []).Where(t => t.Kind == kind).Select(t => t.Token)
            .Append(run.Spec.Retry ?? "")
            .Append(run.Metadata.Annotation(annotation)?.Trim() ?? "")
            .ToHashSet(StringComparer.Ordinal);

    public static bool IsUsed(Run run, TokenKind kind, string token) =>
        run.Status?.UsedTokens.Exists(t => t.Kind == kind && t.Token == token) == true;

    public static IReadOnlyList<string> List(Run run, string annotation) =>
        run.Metadata.Annotation(annotation)?.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>An annotation that is a list, with further entries. Entries that are done are left out, because the
    /// operator reads only the first <see cref="SchemaLimits.History"/>; those that it has not read yet come
    /// first.</summary>
    public static string Add(
        Run run,
        string annotation,
        IEnumerable<string> added,
        Func<string, bool> isRead,
        Func<string, bool> isDone)
    {
        var given = List(run, annotation);
        return string.Join(
            ',',
            given.Where(entry => !isRead(entry))
                .Concat(added)
                .Concat(given.Where(entry => isRead(entry) && !isDone(entry)))
                .Distinct(StringComparer.Ordinal));
    }

    private static string First(IReadOnlySet<string> used, Func<int, string> text) =>
        Enumerable.Range(1, used.Count + 1).Select(text).First(t => !used.Contains(t));
}
