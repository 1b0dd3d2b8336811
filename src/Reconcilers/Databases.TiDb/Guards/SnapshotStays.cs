namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The verified backup exists, as object and as files: data can be restored from nothing else.</summary>
internal sealed class SnapshotStays(ITiDbTargets targets) : TiDbGuard<SnapshotStays.Args>(targets)
{
    /// <param name="Step">The id of the step that took the backup.</param>
    public sealed record Args(string Step);

    protected override async Task<GuardReading> ReadAsync(Args args, Plan plan, CancellationToken cancellationToken)
    {
        var taken = plan.Steps.Find(s => s.Id == args.Step);
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
