namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What was seen of Regions and back-offs over time.</summary>
internal sealed class SchedulingWatch
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly List<(DateTimeOffset At, long Regions, double Backoffs)> _samples = [];

    /// <summary>How much the back-offs rose in the last minute; null before a minute has passed.</summary>
    public double? BackoffsPerMinute
    {
        get
        {
            if (_samples.Count == 0)
            {
                return null;
            }

            var last = _samples[^1];
            var first = _samples.FindLast(s => last.At - s.At >= Minute);
            var span = last.At - first.At;

            // A counter that went back belongs to a process that was restarted.
            return first.At == default ? null : Math.Max(0, last.Backoffs - first.Backoffs) / span.TotalMinutes;
        }
    }

    /// <summary>One more look.</summary>
    public void Add(DateTimeOffset at, long regions, double backoffs) => _samples.Add((at, regions, backoffs));

    /// <summary>How long the number of Regions has been within a part of what it is now.</summary>
    public TimeSpan StillFor(DateTimeOffset now, double part)
    {
        if (_samples.Count == 0)
        {
            return TimeSpan.Zero;
        }

        var present = _samples[^1].Regions;
        var moved = _samples.FindLastIndex(s => Math.Abs(s.Regions - present) > Math.Max(1, present * part));

        // What lies before the last move is of no use any more.
        _samples.RemoveRange(0, Math.Max(0, moved));
        return now - _samples[moved < 0 ? 0 : Math.Min(1, _samples.Count - 1)].At;
    }
}
