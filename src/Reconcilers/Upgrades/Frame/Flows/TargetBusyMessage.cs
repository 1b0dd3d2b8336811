using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What is said while somebody else has the claim on the target.</summary>
internal static class TargetBusyMessage
{
    /// <summary>Waits for one that is there; asks an administrator about one that is not.</summary>
    public static RunStatusSummary Compose(string phase, string target, ClaimHolder holder) => holder.IsGone
        ? new RunStatusSummary(
            RunOutcomeKind.Stalled,
            phase,
            Reasons.HolderGone,
            $"the target ({target}) is held by {holder}, which no longer exists: it is not known in what state it left the target. Look at it, then set spec.adoptTarget: true to take it over")
        : new RunStatusSummary(
            RunOutcomeKind.Progressing,
            phase,
            Reasons.TargetBusy,
            $"the target ({target}) is held by {holder}; this continues when that one ends or is deleted. The claim is the Lease {holder.Lease}");
}
