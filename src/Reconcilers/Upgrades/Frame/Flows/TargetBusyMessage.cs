namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state to report while another object holds the claim on the target.</summary>
internal static class TargetBusyMessage
{
    public static RunStatusSummary Compose(string phase, string target, ClaimHolder holder) => holder.IsGone
        ? new RunStatusSummary(
            RunOutcomeKind.Stalled,
            phase,
            Reasons.HolderGone,
            $"The target ({target}) is held by {holder}, which no longer exists, so the state of the target is "
            + "unknown. "
            + "Check the target, then set spec.adoptTarget: true to take it over.")
        : new RunStatusSummary(
            RunOutcomeKind.Progressing,
            phase,
            Reasons.TargetBusy,
            $"The target ({target}) is held by {holder}. This run continues automatically when that run finishes or is "
            + "deleted. "
            + $"The claim is the Lease {holder.Lease}.");
}
