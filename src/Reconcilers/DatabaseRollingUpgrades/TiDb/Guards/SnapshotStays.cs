using Drydock.Abstractions.Plans;
using Drydock.Crds.BackupSnapshots;
using Drydock.Engine.Guards;
using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Steps;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Guards;

/// <summary>The verified backup is still there: nothing else brings the data back.</summary>
public sealed class SnapshotStays(ITiDbTargets targets) : TiDbGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var receipt = plan.Steps.Find(s => s.Id == guard.Parameters["step"])?.Receipt;
        var name = receipt?.GetValueOrDefault(TakeSnapshot.SnapshotKey) ?? "";
        var snapshot = await Targets.Kubernetes.GetAsync<BackupSnapshot>(name, Targets.Upgrade.Metadata.Namespace, cancellationToken);
        if (snapshot is null || snapshot.Metadata.Uid != receipt?.GetValueOrDefault(TakeSnapshot.SnapshotUidFact))
        {
            return GuardReading.Broken($"BackupSnapshot {name} is gone: it is the backup. Its files stay unless its deletionPolicy was Delete");
        }

        return snapshot.Status?.Verified == true ? GuardReading.Holds : GuardReading.Broken($"BackupSnapshot {name} does not say verified any more: {snapshot.Status?.Message}");
    }
}
