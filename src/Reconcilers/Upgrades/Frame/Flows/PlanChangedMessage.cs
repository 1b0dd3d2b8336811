using Drydock.Engine.Planning;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state to report while spec.approvedPlanHash approves another plan than the one compiled now.</summary>
internal static class PlanChangedMessage
{
    private const int ShownNotes = 3;

    /// <summary>Shows the differences if the approved plan is known.</summary>
    /// <param name="stored">The plan in status; null for none.</param>
    public static RunStatusSummary Compose(Plan? stored, Plan compiled, string approved)
    {
        var isKnown = stored is not null && stored.Hash == approved;
        var differences = isKnown
            ? $"Differences from the approved plan: {string.Join("; ", PlanDifference.Describe(stored!, compiled))}"
            : "The approved plan is no longer in status, so the differences cannot be shown.";

        // The notes of a plan say why it has steps that others do not have.
        var news = isKnown ? compiled.Notes.Except(stored!.Notes, StringComparer.Ordinal).ToList() : [];
        return new RunStatusSummary(
            RunOutcomeKind.Stalled,
            RunPhases.Preflight,
            Reasons.PlanChanged,
            Sentences.Join(
                $"spec.approvedPlanHash is {approved}, but the plan compiled now is {compiled.Hash}.",
                news.Count == 0 ? null : $"New in its notes: {string.Join(' ', news.Take(ShownNotes))}",
                differences,
                "Nothing was changed. Set spec.mode: Plan to read the new plan, or approve its hash."));
    }
}
