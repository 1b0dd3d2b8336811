namespace Drydock.Reconcilers.Upgrades;

/// <summary>Tokens of every kind: the annotations <c>drydock.dev/retry</c>, <c>drydock.dev/abort</c> and
/// <c>drydock.dev/rollback</c>. Each value works once. Tokens are compared in their recorded form: trimmed, and clipped
/// to the length of a record.</summary>
internal static class RetryTokens
{
    public static IReadOnlyList<string> New(V1ObjectMeta metadata, IReadOnlyList<UsedToken> used) =>
        [.. Unused(TokenKind.Retry, metadata, used)];

    public static string? NewAbort(V1ObjectMeta metadata, IReadOnlyList<UsedToken> used) =>
        Unused(TokenKind.Abort, metadata, used).FirstOrDefault();

    public static string? NewRollback(V1ObjectMeta metadata, IReadOnlyList<UsedToken> used) =>
        Unused(TokenKind.Rollback, metadata, used).FirstOrDefault();

    public static string? GivenRollback(V1ObjectMeta metadata) => Given(TokenKind.Rollback, metadata).FirstOrDefault();

    /// <summary>The values that were used, or that the object has: none of them would count as new once they are
    /// used.</summary>
    public static HashSet<string> Known(RunObject entity, RunStatus status, TokenKind kind) =>
    [
        .. status.UsedTokens.Where(u => u.Kind == kind).Select(u => u.Token),
        .. Given(kind, entity.Metadata),
    ];

    public static List<UsedToken> Use(
        IReadOnlyList<UsedToken> used,
        IEnumerable<string> tokens,
        DateTimeOffset now,
        TokenKind kind = TokenKind.Retry) =>
        [.. used, .. tokens.Select(t => new UsedToken { Kind = kind, Token = Recorded(t), At = now.ToSeconds() })];

    /// <summary>The used tokens as they are stored: of each kind the last ones, and those that the object still has,
    /// however old. A token that is not removed from the object must not count as new after many others.</summary>
    public static List<UsedToken> Trim(V1ObjectMeta metadata, IReadOnlyList<UsedToken> used)
    {
        var stays = used.GroupBy(u => u.Kind).SelectMany(kind =>
        {
            var present = Given(kind.Key, metadata).ToHashSet(StringComparer.Ordinal);
            var kept = kind.Where(u => present.Contains(Recorded(u.Token))).TakeLast(SchemaLimits.History).ToList();
            return kept.Concat(kind.Except(kept).TakeLast(SchemaLimits.History - kept.Count));
        }).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. used.Where(stays.Contains)];
    }

    private static IEnumerable<string> Unused(
        TokenKind kind, V1ObjectMeta metadata, IReadOnlyList<UsedToken> used) =>
        Given(kind, metadata).Where(token => !used.Any(u => u.Kind == kind && Recorded(u.Token) == token));

    private static IEnumerable<string> Given(TokenKind kind, V1ObjectMeta metadata)
    {
        var text = metadata.Annotation(kind switch
        {
            TokenKind.Abort => Annotations.Abort,
            TokenKind.Rollback => Annotations.Rollback,
            _ => Annotations.Retry,
        });
        return Recorded(text ?? "") is { Length: > 0 } token ? [token] : [];
    }

    private static string Recorded(string token) => SchemaLimits.Clip(token.Trim(), SchemaLimits.ShortName);
}
