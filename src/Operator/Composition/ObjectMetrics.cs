namespace Drydock.Operator.Composition;

/// <summary>The metrics and traces about objects of all kinds.</summary>
internal sealed class ObjectMetrics : IDisposable
{
    private readonly IReadOnlyList<IControllerParts> _controllers;
    private readonly RunCounters _counters;
    private readonly RunSpans _spans;
    private readonly List<IDisposable> _parts;

    public ObjectMetrics(
        IReadOnlyList<IControllerParts> controllers,
        ResourceCache<BackupSnapshot> snapshots,
        Func<bool> leads,
        TimeProvider time)
    {
        _controllers = controllers;
        _spans = new RunSpans(leads, time);
        _counters = new RunCounters(controllers, leads, time);
        _parts = [_counters, new RunGauges(controllers, leads, time), new SnapshotMetrics(snapshots, leads, time)];
    }

    /// <summary>Counts what happens to the objects of all kinds from now on.</summary>
    public void Observe() => _parts.AddRange(_controllers.Select(parts => parts.Observe([_counters, _spans])));

    /// <summary>To be called when this process begins to lead.</summary>
    public void Resume()
    {
        foreach (var run in _controllers.SelectMany(source => source.Samples()))
        {
            RunSpans.Resume(run);
        }
    }

    public void Dispose() => _parts.ForEach(part => part.Dispose());
}
