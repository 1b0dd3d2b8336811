namespace Drydock.Crds.Common;

/// <summary>Who gave which consent, as the annotation <see cref="Annotations.ApprovedBy"/> claims it: a line for each,
/// <c>CONSENT USER</c>. A consent is a word of <see cref="Annotations.Approve"/>, or <c>retry</c> and the word of
/// <see cref="Annotations.Retry"/> that approves what the retry destroys. A line of another form claims nothing.
/// Pure.</summary>
public static class ApprovalClaims
{
    /// <summary>A retry as a consent.</summary>
    public static string Retry(string word) => $"retry {word}";

    /// <summary>Who claims a consent; null if no user does.</summary>
    public static string? UserOf(V1ObjectMeta metadata, string consent) =>
        Lines(metadata).Find(line => IsOf(line, consent)) is { } claim
            ? SchemaLimits.Clip(claim[consent.Length..].TrimStart(), SchemaLimits.Name)
            : null;

    /// <summary>The consents that a change of annotations adds to an object. A value of null removes an
    /// annotation.</summary>
    public static IEnumerable<string> Added(V1ObjectMeta metadata, IReadOnlyDictionary<string, string?> changes) =>
        After(metadata, changes).Except(Before(metadata), StringComparer.Ordinal);

    /// <summary>The claims of an object after a change of annotations; null without any. The consents that it had keep
    /// theirs; those that are added get the user, unless that is null.</summary>
    public static string? Change(V1ObjectMeta metadata, IReadOnlyDictionary<string, string?> changes, string? user)
    {
        var kept = After(metadata, changes).Intersect(Before(metadata), StringComparer.Ordinal).ToList();
        var claims = Lines(metadata).Where(line => kept.Exists(consent => IsOf(line, consent)))
            .Concat(user is null ? [] : Added(metadata, changes).Select(consent => $"{consent} {user}"));
        return string.Join('\n', claims) is { Length: > 0 } text ? text : null;
    }

    /// <summary>The entries of an annotation that is a list.</summary>
    public static IReadOnlyList<string> Entries(string? annotation) => annotation?.Split(
        ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static IEnumerable<string> Before(V1ObjectMeta metadata) =>
        Consents(metadata.Annotation(Annotations.Approve), metadata.Annotation(Annotations.Retry));

    private static IEnumerable<string> After(V1ObjectMeta metadata, IReadOnlyDictionary<string, string?> changes)
    {
        return Consents(Of(Annotations.Approve), Of(Annotations.Retry));

        string? Of(string key) => changes.TryGetValue(key, out var value) ? value : metadata.Annotation(key);
    }

    private static IEnumerable<string> Consents(string? approve, string? retry) =>
        Entries(approve).Concat(
            Word.Parse(retry) is { What: not Word.Retry } ? [Retry(retry!.Trim())] : Array.Empty<string>());

    private static List<string> Lines(V1ObjectMeta metadata) =>
        [.. metadata.Annotation(Annotations.ApprovedBy)?.Split('\n', StringSplitOptions.TrimEntries) ?? []];

    private static bool IsOf(string line, string consent) => line.StartsWith($"{consent} ", StringComparison.Ordinal);
}
