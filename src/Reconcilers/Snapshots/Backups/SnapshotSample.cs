namespace Drydock.Reconcilers.Snapshots;

/// <summary>What metrics show of a BackupSnapshot.</summary>
internal static class SnapshotSample
{
    public static RunSampling<BackupSnapshot> Sampling { get; } =
        new(BackupSnapshot.KindName, RunResults.OfOthers, Of);

    // A failed snapshot is not repaired but taken again, so it counts as ended.
    private static RunSample Of(BackupSnapshot snapshot)
    {
        var sample = new RunSample
        {
            Kind = BackupSnapshot.KindName,
            Metadata = snapshot.Metadata,
            Status = snapshot.Status,
        };
        return sample with { HasEnded = sample.Is(ConditionTypes.Ready) || sample.Is(ConditionTypes.Failed) };
    }
}
