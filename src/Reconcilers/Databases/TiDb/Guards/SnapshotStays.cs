namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The verified backup exists, as object and as files: data can be restored from nothing else.</summary>
internal sealed record SnapshotStays(string Step) : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var taken = plan.Step(Step);
        return await SnapshotPresence.ReadAsync(
            Targets.Context.Kubernetes, Targets.Context.Upgrade.Metadata.Namespace,
            taken?.Recorded(SnapshotReceipts.SnapshotKey) ?? "", taken?.Recorded(SnapshotReceipts.SnapshotUidFact),
            "it is the backup",
            (snapshot, token) => SnapshotPresence.MissingAsync(Targets.Context.Storages, snapshot, token),
            cancellationToken);
    }
}
