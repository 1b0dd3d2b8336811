namespace Drydock.Reconcilers.Databases;

/// <summary>Watches the number of leaders of an instance that is drained: progress, not a clock, decides how long a
/// drain may take. Kept in memory, by attempt: a new process watches from the beginning, which only takes
/// longer.</summary>
internal sealed class DrainWatch
{
    // A count that rises by this much is another view of the cluster (a new leader of PD counts from 0), not leaders
    // that returned.
    private const long Jump = 100;

    private readonly ConcurrentDictionary<int, Mark> _marks = [];

    public TimeSpan Stalled(int attempt, long leaders, DateTimeOffset now)
    {
        var mark = _marks.AddOrUpdate(
            attempt,
            _ => new Mark(leaders, now, HasFallen: false),
            (_, known) => leaders < known.Lowest ? new Mark(leaders, now, HasFallen: true)
                : leaders > (2 * known.Lowest) + Jump ? new Mark(leaders, now, known.HasFallen)
                : known);
        return now - mark.At;
    }

    /// <summary>Whether the number has fallen since this process began to watch.</summary>
    public bool HasFallen(int attempt) => _marks.TryGetValue(attempt, out var mark) && mark.HasFallen;

    /// <summary>The number cannot be relied on now: the time until the next reliable one does not count.</summary>
    public void Forget(int attempt) => _marks.TryRemove(attempt, out _);

    private sealed record Mark(long Lowest, DateTimeOffset At, bool HasFallen);
}
