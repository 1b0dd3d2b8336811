namespace Drydock.Clients.Snapshots;

/// <summary>
/// Adds up what the files of one database move, and reports it with its rate at most once per MiB. For any number of
/// threads.
/// </summary>
internal sealed class ProgressMeter(
    IProgress<SnapshotProgress>? progress, string database, SnapshotStage stage, TimeProvider time)
{
    private const long Step = 1024 * 1024;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Lock _guard = new();
    private readonly Queue<(long At, long Raw)> _samples = [];
    private long _raw;
    private long _stored;
    private long _next;

    /// <summary>Adds bytes of SQL and bytes as stored.</summary>
    internal void Add(long raw, long stored)
    {
        if (progress is null)
        {
            return;
        }

        SnapshotProgress report;
        lock (_guard)
        {
            _raw += raw;
            _stored += stored;
            if (Math.Max(_raw, _stored) < _next)
            {
                return;
            }

            _next = Math.Max(_raw, _stored) + Step;
            report = new SnapshotProgress(database, stage, _raw, _stored, Rate());
        }

        progress.Report(report);
    }

    /// <summary>Reports the end.</summary>
    internal void Finish(long raw, long stored)
    {
        if (progress is null)
        {
            return;
        }

        double rate;
        lock (_guard)
        {
            _raw = raw;
            rate = Rate();
        }

        progress.Report(new SnapshotProgress(database, stage, raw, stored, rate));
    }

    private double Rate()
    {
        var now = time.GetTimestamp();
        _samples.Enqueue((now, _raw));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Window)
        {
            _samples.Dequeue();
        }

        var (at, raw) = _samples.Peek();
        var seconds = time.GetElapsedTime(at, now).TotalSeconds;
        return seconds > 0 ? Math.Max(0, (_raw - raw) / seconds) : 0;
    }
}
