using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Common;

/// <summary>Retry tokens of kinds without a plan: <c>spec.retry</c> and the annotation <c>drydock.dev/retry</c>; each works once.</summary>
public static class RetryTokens
{
    /// <summary>Tokens that were given and not used yet.</summary>
    public static IReadOnlyList<string> New(V1ObjectMeta metadata, string? specRetry, IReadOnlyList<UsedToken> used)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(used);
        return
        [
            .. new[] { specRetry, metadata.Annotations?.GetValueOrDefault(Annotations.Retry) }
                .OfType<string>()
                .Where(t => t.Length > 0 && !used.Any(u => u.Kind == TokenKind.Retry && u.Token == t))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The used tokens with these added, the oldest dropped.</summary>
    public static List<UsedToken> Use(IReadOnlyList<UsedToken> used, IEnumerable<string> tokens, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(used);
        ArgumentNullException.ThrowIfNull(tokens);
        return [.. used.Concat(tokens.Select(t => new UsedToken { Kind = TokenKind.Retry, Token = SchemaLimits.Clip(t, SchemaLimits.Name), At = now })).TakeLast(SchemaLimits.History)];
    }
}
