using Drydock.Abstractions.Values;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state to report for a preflight that found problems.</summary>
internal static class FindingsSummary
{
    private const int Told = 5;

    /// <summary>Names the first findings; status.findings has all.</summary>
    public static RunStatusSummary Of(IReadOnlyList<Finding> findings)
    {
        var reasons = findings.Select(f => f.Reason).Distinct(StringComparer.Ordinal).ToList();
        return new RunStatusSummary(
            RunOutcomeKind.Stalled,
            RunPhases.Preflight,
            reasons.Count == 1 ? reasons[0] : Reasons.PreflightFailed,
            Sentences.Join(
            [
                .. findings.Take(Told).Select(f => f.Message),
                findings.Count > Told ? $"All {findings.Count} findings are in status.findings." : null,
                "Nothing was changed. Preflight runs again automatically.",
            ]));
    }
}
