namespace Drydock.Operator.Composition;

/// <summary>The metrics and traces about objects of all kinds.</summary>
internal sealed class ObjectMetrics : IDisposable
{
    private readonly RunGauges _gauges;
    private readonly RunCounters _counters;
    private readonly SnapshotMetrics _snapshots;
    private readonly RunSpans _spans;
    private readonly IReadOnlyList<IRunSource> _sources;

    public ObjectMetrics(
        IReadOnlyList<IRunSource> sources,
        IResourceCache<BackupSnapshot> snapshots,
        Func<bool> leads,
        TimeProvider time)
    {
        _sources = sources;
        _spans = new RunSpans(leads, time);
        _gauges = new RunGauges(sources, leads, time);
        _counters = new RunCounters(sources, leads, time);
        _snapshots = new SnapshotMetrics(snapshots, leads, time);
    }

    /// <summary>Counts what happens to the objects of all kinds until the result is disposed.</summary>
    public IDisposable Observe(IEnumerable<IControllerParts> controllers) =>
        new Subscriptions([.. controllers.Select(parts => parts.Observe([_counters, _spans]))]);

    /// <summary>To be called when this process begins to lead.</summary>
    public void Resume()
    {
        foreach (var run in _sources.SelectMany(source => source.Samples()))
        {
            RunSpans.Resume(run);
        }
    }

    public void Dispose()
    {
        _gauges.Dispose();
        _counters.Dispose();
        _snapshots.Dispose();
    }

    private sealed class Subscriptions(IReadOnlyList<IDisposable> all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var one in all)
            {
                one.Dispose();
            }
        }
    }
}
