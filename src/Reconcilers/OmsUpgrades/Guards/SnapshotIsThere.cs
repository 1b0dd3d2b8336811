using Drydock.Abstractions.Plans;
using Drydock.Crds.BackupSnapshots;
using Drydock.Engine.Guards;
using Drydock.Reconcilers.Common.Storage;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Steps;

namespace Drydock.Reconcilers.OmsUpgrades.Guards;

/// <summary>The verified snapshot is still there, as object and as files: it is the way back.</summary>
public sealed class SnapshotIsThere(IOmsTargets targets) : IGuardCheck
{
    /// <inheritdoc />
    public string Name => OmsGuards.SnapshotIsThere;

    /// <inheritdoc />
    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        // The way back names the snapshot itself; the way there names the step that took it.
        var receipt = guard.Parameters.GetValueOrDefault("step") is { } step ? plan.Steps.Find(s => s.Id == step)?.Receipt : null;
        var name = guard.Parameters.GetValueOrDefault("snapshot") ?? receipt?.GetValueOrDefault(TakeSnapshot.SnapshotKey) ?? "";
        var uid = guard.Parameters.GetValueOrDefault("snapshotUid") ?? receipt?.GetValueOrDefault(TakeSnapshot.SnapshotUidFact);
        var snapshot = await targets.Kubernetes.GetAsync<BackupSnapshot>(name, targets.Upgrade.Metadata.Namespace, cancellationToken);
        if (snapshot is null || snapshot.Metadata.Uid != uid)
        {
            return GuardReading.Broken($"BackupSnapshot {name} is gone: it is the way back. Its files stay unless its deletionPolicy was Delete");
        }

        if (snapshot.Status?.Verified != true)
        {
            return GuardReading.Broken($"BackupSnapshot {name} does not say verified any more: {snapshot.Status?.Message}");
        }

        return await targets.Archives.SnapshotFilesAsync(snapshot, cancellationToken) is { Count: > 0 } missing
            ? GuardReading.Broken($"files of BackupSnapshot {name} are missing or have another size ({string.Join(", ", missing)}); is {StorageText.Describe(snapshot.Spec.Storage)} still what it was written to?")
            : GuardReading.Holds;
    }
}
