namespace Drydock.Reconcilers.Upgrades;

/// <summary>Tokens of every kind: <c>spec.retry</c>, and the annotations <c>drydock.dev/retry</c>,
/// <c>drydock.dev/abort</c> and <c>drydock.dev/rollback</c>. Each value works once. Tokens are compared in their
/// recorded form: trimmed, and clipped to the length of a record.</summary>
internal static class RetryTokens
{
    public static IReadOnlyList<string> New(V1ObjectMeta metadata, string? specRetry, IReadOnlyList<UsedToken> used) =>
        [.. Given(metadata, specRetry).Where(t => !IsUsed(used, TokenKind.Retry, t))];

    public static string? NewAbort(V1ObjectMeta metadata, IReadOnlyList<UsedToken> used) =>
        GivenAbort(metadata) is { } token && !IsUsed(used, TokenKind.Abort, token) ? token : null;

    public static string? NewRollback(V1ObjectMeta metadata, IReadOnlyList<UsedToken> used) =>
        GivenRollback(metadata) is { } token && !IsUsed(used, TokenKind.Rollback, token) ? token : null;

    public static string? GivenRollback(V1ObjectMeta metadata) => Annotated(metadata, Annotations.Rollback);

    public static List<UsedToken> Use(
        IReadOnlyList<UsedToken> used, IEnumerable<string> tokens, DateTimeOffset now, TokenKind kind = TokenKind.Retry)
    {
        return [.. used, .. tokens.Select(t => new UsedToken { Kind = kind, Token = Recorded(t), At = now })];
    }

    /// <summary>The used tokens as they are stored: of each kind the last ones, and those that the object still has,
    /// however old. A token that is not removed from the object must not count as new after many others.</summary>
    public static List<UsedToken> Trim(V1ObjectMeta metadata, string? specRetry, IReadOnlyList<UsedToken> used)
    {
        var present = Given(metadata, specRetry).Select(t => (TokenKind.Retry, t)).ToHashSet();
        if (GivenAbort(metadata) is { } abort)
        {
            present.Add((TokenKind.Abort, abort));
        }

        if (GivenRollback(metadata) is { } rollback)
        {
            present.Add((TokenKind.Rollback, rollback));
        }

        var stays = used.GroupBy(u => u.Kind).SelectMany(kind =>
        {
            var kept = kind.Where(u => present.Contains((u.Kind, Recorded(u.Token))))
                .TakeLast(SchemaLimits.History)
                .ToList();
            return kept.Concat(kind.Except(kept).TakeLast(SchemaLimits.History - kept.Count));
        }).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. used.Where(stays.Contains)];
    }

    private static IEnumerable<string> Given(V1ObjectMeta metadata, string? specRetry)
    {
        return new[] { specRetry, metadata.Annotations?.GetValueOrDefault(Annotations.Retry) }
            .OfType<string>()
            .Select(Recorded)
            .Where(t => t.Length > 0)
            .Distinct(StringComparer.Ordinal);
    }

    private static string? GivenAbort(V1ObjectMeta metadata) => Annotated(metadata, Annotations.Abort);

    private static string? Annotated(V1ObjectMeta metadata, string annotation)
    {
        return metadata.Annotations?.GetValueOrDefault(annotation) is { } text
            && Recorded(text) is { Length: > 0 } token
            ? token
            : null;
    }

    private static bool IsUsed(IReadOnlyList<UsedToken> used, TokenKind kind, string token)
    {
        return used.Any(u => u.Kind == kind && string.Equals(Recorded(u.Token), token, StringComparison.Ordinal));
    }

    private static string Recorded(string token) => SchemaLimits.Clip(token.Trim(), SchemaLimits.ShortName);
}
