using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.SnapshotRestores;

/// <summary>Which upgrade's way back a restore is.</summary>
internal static class UpgradeLink
{
    /// <summary>
    /// The uid of the upgrade that the labels name, if it really exists in this namespace: with it OMS is stopped by plan, so that no session on its
    /// databases is rightful, and the upgrade's claim covers the restore. A label alone proves nothing.
    /// </summary>
    public static async Task<string?> FindAsync(RestoreServices services, SnapshotRestore restore, CancellationToken cancellationToken)
    {
        if (restore.Metadata.Labels is not { } labels
            || labels.GetValueOrDefault(Labels.UpgradeUid) is not { Length: > 0 } uid
            || labels.GetValueOrDefault(Labels.UpgradeName) is not { Length: > 0 } name)
        {
            return null;
        }

        var upgrade = await services.Kubernetes.GetAsync<OmsUpgrade>(name, restore.Metadata.Namespace, cancellationToken);
        return upgrade?.Metadata.Uid == uid ? uid : null;
    }
}
