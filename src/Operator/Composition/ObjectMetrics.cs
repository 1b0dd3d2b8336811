namespace Drydock.Operator.Composition;

/// <summary>The metrics about objects of all kinds.</summary>
internal sealed class ObjectMetrics : IDisposable
{
    private readonly RunGauges _gauges;
    private readonly RunCounters _counters;
    private readonly SnapshotMetrics _snapshots;

    public ObjectMetrics(
        IReadOnlyList<IRunSource> sources,
        IResourceCache<BackupSnapshot> snapshots,
        Func<bool> leads,
        TimeProvider time)
    {
        _gauges = new RunGauges(sources, leads, time);
        _counters = new RunCounters(sources, leads, time);
        _snapshots = new SnapshotMetrics(snapshots, leads, time);
    }

    /// <summary>Counts what happens to the objects of all kinds until the result is disposed.</summary>
    /// <param name="other">Is told the same changes; null if there is no other.</param>
    public IDisposable Observe(IEnumerable<IControllerParts> controllers, IRunObserver? other)
    {
        IRunObserver[] observers = other is null ? [_counters] : [_counters, other];
        return new Subscriptions([.. controllers.Select(parts => parts.Observe(observers))]);
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
