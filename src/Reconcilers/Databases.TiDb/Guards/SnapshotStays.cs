using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The verified backup is still there, as object and as files: nothing else brings the data back.</summary>
internal sealed class SnapshotStays(ITiDbTargets targets) : TiDbGuard(targets)
{
    /// <inheritdoc />
    protected override async Task<GuardReading> ReadAsync(
        PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var taken = plan.Steps.Find(s => s.Id == guard.Parameters["step"]);
        var name = taken?.Recorded(TakeSnapshot.SnapshotKey) ?? "";
        return await SnapshotPresence.ReadAsync(
            Targets.Kubernetes,
            Targets.Upgrade.Metadata.Namespace,
            name,
            taken?.Recorded(TakeSnapshot.SnapshotUidFact),
            "it is the backup",
            (snapshot, token) => StoredSnapshotFiles.MissingAsync(Targets.Storages, snapshot, token),
            cancellationToken);
    }
}
