using System.Globalization;
using Drydock.Cli.Runs;
using Drydock.Crds.Common;

namespace Drydock.Cli.Changes;

/// <summary>Tokens for annotations that ask for something once.</summary>
internal static class Tokens
{
    /// <summary>
    /// The first number that the run has not used, as the operator itself proposes in status.nextAction.
    /// </summary>
    public static string Next(Run run, TokenKind kind, string annotation)
    {
        var used = (run.Status?.UsedTokens ?? []).Where(t => t.Kind == kind).Select(t => t.Token)
            .Append(run.Spec.Retry ?? "")
            .Append(run.Metadata.Annotations?.GetValueOrDefault(annotation)?.Trim() ?? "")
            .ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(1, used.Count + 1)
            .Select(n => n.ToString(CultureInfo.InvariantCulture))
            .First(n => !used.Contains(n));
    }

    /// <summary>Whether the operator has used a token.</summary>
    public static bool IsUsed(Run run, TokenKind kind, string token) =>
        run.Status?.UsedTokens.Exists(t => t.Kind == kind && t.Token == token) == true;

    /// <summary>The entries of an annotation that is a list.</summary>
    public static IReadOnlyList<string> List(Run run, string annotation) =>
        run.Metadata.Annotations?.GetValueOrDefault(annotation)?.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
