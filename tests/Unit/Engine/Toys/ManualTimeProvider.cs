namespace Drydock.Tests.Unit.Engine.Toys;

/// <summary>A clock that moves only when told to, from one timer to the next.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public int Timers => _timers.Count;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes to the next timer and fires it; false if there is none before <paramref name="limit"/>.</summary>
    public bool GoToNext(DateTimeOffset limit)
    {
        var next = _timers.OrderBy(t => t.Due).ThenBy(t => t.Order).FirstOrDefault();
        if (next is null || next.Due > limit)
        {
            return false;
        }

        _timers.Remove(next);
        _now = next.Due > _now ? next.Due : _now;
        next.Fire();
        return true;
    }

    /// <summary>Lets time pass on which no timer fires.</summary>
    public void GoTo(DateTimeOffset time) => _now = time > _now ? time : _now;

    private sealed class ManualTimer(ManualTimeProvider time, Action fire) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset Due { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time._timers.Remove(this);
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Due = time._now + dueTime;
                Order = time._order++;
                time._timers.Add(this);
            }

            return true;
        }

        public void Fire()
        {
            if (_period != Timeout.InfiniteTimeSpan && _period > TimeSpan.Zero)
            {
                Change(_period, _period);
            }

            fire();
        }

        public void Dispose() => time._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
