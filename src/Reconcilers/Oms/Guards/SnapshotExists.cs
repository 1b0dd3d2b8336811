namespace Drydock.Reconcilers.Oms;

/// <summary>The verified snapshot still exists, as object and as files: a rollback needs it. An upgrade names the step
/// that takes the snapshot; a rollback names the snapshot itself.</summary>
/// <param name="Step">Id of the step that took the snapshot.</param>
internal sealed record SnapshotExists(string? Step = null, string? Snapshot = null, string? SnapshotUid = null)
    : GuardBase<OmsTargets>
{
    public override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var taken = Step is { } step ? plan.Step(step) : null;
        return await SnapshotPresence.ReadAsync(
            Targets.Kubernetes,
            Targets.Upgrade.Metadata.Namespace,
            Snapshot ?? taken?.Recorded(SnapshotReceipts.SnapshotKey) ?? "",
            SnapshotUid ?? taken?.Recorded(SnapshotReceipts.SnapshotUidFact),
            "a rollback needs it",
            Targets.Archives.SnapshotFilesAsync,
            cancellationToken);
    }
}
