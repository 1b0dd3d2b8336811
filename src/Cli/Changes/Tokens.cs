namespace Drydock.Cli.Changes;

/// <summary>Tokens for annotations that ask for something once.</summary>
internal static class Tokens
{
    /// <summary>The first number that was not used.</summary>
    public static string Next(Run run, TokenKind kind, string annotation)
    {
        var used = (run.Status?.UsedTokens ?? []).Where(t => t.Kind == kind).Select(t => t.Token)
            .Append(run.Metadata.Annotation(annotation)?.Trim() ?? "")
            .ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(1, used.Count + 1).Select(n => n.ToString(CultureInfo.InvariantCulture))
            .First(n => !used.Contains(n));
    }

    public static UsedToken? Find(Run run, TokenKind kind, string token) =>
        run.Status?.UsedTokens.Find(t => t.Kind == kind && t.Token == token);

    public static IReadOnlyList<string> List(Run run, string annotation) =>
        ApprovalClaims.Entries(run.Metadata.Annotation(annotation));

    /// <summary>An annotation that is a list, with further entries. Entries that are done are left out, because the
    /// operator reads only the first <see cref="SchemaLimits.History"/>; those that it has not read yet come
    /// first.</summary>
    /// <param name="isNeeded">Whether an entry that the operator has read still counts; null if it has not read
    /// it.</param>
    public static string Add(Run run, string annotation, IEnumerable<string> added, Func<string, bool?> isNeeded)
    {
        var given = List(run, annotation);
        return string.Join(
            ',',
            given.Where(entry => isNeeded(entry) is null)
                .Concat(added)
                .Concat(given.Where(entry => isNeeded(entry) == true))
                .Distinct(StringComparer.Ordinal));
    }
}
