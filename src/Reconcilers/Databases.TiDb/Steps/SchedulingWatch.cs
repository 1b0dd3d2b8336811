namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Observed numbers of Regions and back-offs over time.</summary>
internal sealed class SchedulingWatch
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly List<(DateTimeOffset At, long Regions, double Backoffs)> _samples = [];

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

            // A counter that decreased belongs to a process that was restarted.
            return first.At == default ? null : Math.Max(0, last.Backoffs - first.Backoffs) / span.TotalMinutes;
        }
    }

    public void Add(DateTimeOffset at, long regions, double backoffs) => _samples.Add((at, regions, backoffs));

    public TimeSpan StableFor(DateTimeOffset now, double fraction)
    {
        if (_samples.Count == 0)
        {
            return TimeSpan.Zero;
        }

        var present = _samples[^1].Regions;
        var moved = _samples.FindLastIndex(s => Math.Abs(s.Regions - present) > Math.Max(1, present * fraction));

        // Samples before the last change are not needed any more.
        _samples.RemoveRange(0, Math.Max(0, moved));
        return now - _samples[moved < 0 ? 0 : Math.Min(1, _samples.Count - 1)].At;
    }
}
