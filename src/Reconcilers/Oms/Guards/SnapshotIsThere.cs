using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The verified snapshot is still there, as object and as files: it is the way back.</summary>
internal sealed class SnapshotIsThere(IOmsTargets targets) : IGuardCheck
{
    /// <inheritdoc />
    public string Name => OmsGuards.SnapshotIsThere;

    /// <inheritdoc />
    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        // The way back names the snapshot itself; the way there names the step that took it.
        var taken = guard.Parameters.GetValueOrDefault("step") is { } step ? plan.Steps.Find(s => s.Id == step) : null;
        var name = guard.Parameters.GetValueOrDefault("snapshot") ?? taken?.Recorded(TakeSnapshot.SnapshotKey) ?? "";
        var uid = guard.Parameters.GetValueOrDefault("snapshotUid") ?? taken?.Recorded(TakeSnapshot.SnapshotUidFact);
        return await SnapshotPresence.ReadAsync(
            targets.Kubernetes, targets.Upgrade.Metadata.Namespace, name, uid, "it is the way back", targets.Archives.SnapshotFilesAsync, cancellationToken);
    }
}
