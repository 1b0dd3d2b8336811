namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state to report for a preflight that found problems.</summary>
internal static class FindingsSummary
{
    private const int Told = 5;

    /// <summary>Names the first findings; status.findings has all.</summary>
    /// <param name="arrivesBy">Until when what is missing may still be created; null if it is a failure.</param>
    public static RunStatusSummary Of(IReadOnlyList<Finding> findings, DateTimeOffset? arrivesBy = null)
    {
        var reasons = findings.Select(f => f.Reason).Distinct(StringComparer.Ordinal).ToList();
        return new RunStatusSummary(
            arrivesBy is null ? RunOutcomeKind.Stalled : RunOutcomeKind.Progressing,
            RunPhases.Preflight,
            reasons.Count == 1 || arrivesBy is not null ? reasons[0] : Reasons.PreflightFailed,
            Sentences.Join(
            [
                .. findings.Take(Told).Select(f => f.Message),
                findings.Count > Told ? $"All {findings.Count} findings are in status.findings." : null,
                arrivesBy is { } ends
                    ? Sentences.Join("Nothing was changed.", ArrivalTime.Describe(ends))
                    : "Nothing was changed. Preflight runs again automatically.",
            ]));
    }
}
