using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Status;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>The status of an upgrade that begins again from preflight: what it did was taken back, so nothing of its plans counts any more. Pure.</summary>
internal static class StartOver
{
    /// <summary>Composes it from the status in which tokens and attempts are accounted for.</summary>
    public static OmsUpgradeStatus Compose(OmsUpgrade upgrade, OmsUpgradeStatus status, DateTimeOffset now) => OmsStatusComposer.Compose(
        upgrade,
        status with
        {
            Plan = null,
            RollbackPlan = null,
            CleanupPlan = null,
            CleanupAt = null,
            AbortedBy = null,
            AbortedRollback = null,
            Times = null,
            SnapshotRef = null,
            RollbackSnapshotRef = null,
            RenamedProjects = [],
            ActionRequired = [],
            Findings = [],
            StartedAt = now,
            FinishedAt = null,
        },
        new Standing(StandingKind.Progressing, OmsUpgradePhases.Preflight, Reasons.Preflight, $"begins again from preflight: attempt {(status.Attempts.LastOrDefault()?.Number ?? 0) + 1}"),
        now);
}
