namespace Drydock.Clients.Snapshots;

/// <summary>Reports progress at most once per MiB.</summary>
internal sealed class ProgressMeter(IProgress<SnapshotProgress>? progress, string database, SnapshotStage stage)
{
    private const long Step = 1024 * 1024;

    private long _next;

    internal void Report(long rawBytes, long storedBytes)
    {
        if (progress is not null && rawBytes >= _next)
        {
            _next = rawBytes + Step;
            progress.Report(new SnapshotProgress(database, stage, rawBytes, storedBytes));
        }
    }

    internal void Finish(long rawBytes, long storedBytes) => progress?.Report(new SnapshotProgress(database, stage, rawBytes, storedBytes));
}
