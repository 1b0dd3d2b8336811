namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The verified backup exists, as object and as files: data can be restored from nothing else.</summary>
/// <param name="Step">The id of the step that took the backup.</param>
internal sealed record SnapshotStays(string Step) : TiDbGuard
{
    protected override async Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        var taken = plan.Steps.Find(s => s.Id == Step);
        return await SnapshotPresence.ReadAsync(
            Targets.Kubernetes,
            Targets.Upgrade.Metadata.Namespace,
            taken?.Recorded(TakeSnapshot.SnapshotKey) ?? "",
            taken?.Recorded(TakeSnapshot.SnapshotUidFact),
            "it is the backup",
            (snapshot, token) => StoredSnapshotFiles.MissingAsync(Targets.Storages, snapshot, token),
            cancellationToken);
    }
}
