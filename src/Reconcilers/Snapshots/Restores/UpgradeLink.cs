using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Finds the upgrade whose rollback a restore is.</summary>
internal static class UpgradeLink
{
    /// <summary>The upgrade that owns the restore and waits for it. The plan of that upgrade has stopped
    /// OMS, so no other session may use its databases, and its claim covers the restore. Labels and owner references
    /// prove nothing, because every creator of the object can set them. The proof is the upgrade's own status: a step
    /// that has not succeeded yet, with a receipt that names this restore and was written before the restore was
    /// created.</summary>
    public static async Task<OmsUpgrade?> FindAsync(
        RestoreServices services, SnapshotRestore restore, CancellationToken cancellationToken)
    {
        var owners = (restore.Metadata.OwnerReferences ?? []).Where(o =>
            o.Kind == OmsUpgrade.KindName && o.ApiVersion.StartsWith($"{ApiGroup.Name}/", StringComparison.Ordinal));
        foreach (var owner in owners)
        {
            var upgrade = await services.Kubernetes.GetAsync<OmsUpgrade>(
                owner.Name, restore.Metadata.Namespace, cancellationToken);
            if (upgrade is { Status: { } status }
                && upgrade.Metadata.Uid == owner.Uid
                && Steps(status).Any(s => Awaits(s, restore.Metadata.Name)))
            {
                return upgrade;
            }
        }

        return null;
    }

    private static IEnumerable<PlanStep> Steps(OmsUpgradeStatus status) =>
        new[] { status.Plan, status.RollbackPlan }.OfType<Plan>().SelectMany(p => p.Steps);

    private static bool Awaits(PlanStep step, string restore) =>
        step.State != StepState.Succeeded && step.Recorded(SnapshotReceipts.RestoreKey) == restore;
}
