namespace Drydock.Reconcilers.Snapshots;

/// <summary>What metrics show of a SnapshotRestore.</summary>
internal static class RestoreSample
{
    public static RunSampling<SnapshotRestore> Sampling { get; } =
        new(SnapshotRestore.KindName, RunResults.OfOthers, Of);

    private static RunSample Of(SnapshotRestore restore)
    {
        var sample = new RunSample
        {
            Kind = SnapshotRestore.KindName,
            Metadata = restore.Metadata,
            Status = restore.Status,
            Mode = restore.Spec.Mode.ToString(),
        };
        return sample with { HasEnded = sample.Is(ConditionTypes.Ready) };
    }
}
