namespace Drydock.Reconcilers.Oms;

/// <summary>The verified snapshot still exists, as object and as files: a rollback needs it.</summary>
internal sealed class SnapshotExists(IOmsTargets targets) : GuardBase<SnapshotExists.Args>
{
    /// <summary>An upgrade names the step that takes the snapshot; a rollback names the snapshot itself.</summary>
    /// <param name="Step">Id of the step that took the snapshot.</param>
    /// <param name="Snapshot">Name of the BackupSnapshot.</param>
    /// <param name="SnapshotUid">Uid of the BackupSnapshot.</param>
    public sealed record Args(string? Step = null, string? Snapshot = null, string? SnapshotUid = null);

    protected override async Task<GuardReading> CheckAsync(
        PlanGuard guard, Args args, Plan plan, CancellationToken cancellationToken)
    {
        var taken = args.Step is { } step ? plan.Step(step) : null;
        return await SnapshotPresence.ReadAsync(
            targets.Kubernetes,
            targets.Upgrade.Metadata.Namespace,
            args.Snapshot ?? taken?.Recorded(SnapshotReceipts.SnapshotKey) ?? "",
            args.SnapshotUid ?? taken?.Recorded(SnapshotReceipts.SnapshotUidFact),
            "a rollback needs it",
            targets.Archives.SnapshotFilesAsync,
            cancellationToken);
    }
}
