namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire, in the order of their times, and of the same time in
/// that of their setting, inside <see cref="Advance"/>.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private const double LongestTimer = uint.MaxValue - 1;
    private readonly Lock _lock = new();
    private readonly HashSet<ManualTimer> _armed = [];
    private readonly List<(Func<TimeSpan, bool> Wanted, TaskCompletionSource Seen)> _waits = [];
    private DateTimeOffset _now;
    private TimeSpan _wall;
    private long _orders;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What it shows first.</param>
    public ManualTimeProvider(DateTimeOffset? start = null) =>
        _now = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How long until the next timer fires; null if none is set.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (_lock)
            {
                return _armed.Count == 0 ? null : _armed.Min(t => t.Due) - _now;
            }
        }
    }

    /// <summary>How many timers are set.</summary>
    public int Timers
    {
        get
        {
            lock (_lock)
            {
                return _armed.Count;
            }
        }
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now + _wall;
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => Monotonic.UtcTicks;

    private DateTimeOffset Monotonic
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    /// <summary>Sets the wall clock forward or back; no time passes, and no timer fires.</summary>
    public void JumpWall(TimeSpan by)
    {
        lock (_lock)
        {
            _wall += by;
        }
    }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires what is due on the way, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        var target = Monotonic + by;
        while (true)
        {
            ManualTimer? next;
            lock (_lock)
            {
                next = _armed.Where(t => t.Due <= target).MinBy(t => (t.Due, t.Order));
                _now = next is null ? target : next.Due > _now ? next.Due : _now;
                if (next is not null && !next.Rearm())
                {
                    _armed.Remove(next);
                }
            }

            if (next is null)
            {
                return;
            }

            next.Fire();
        }
    }

    /// <summary>
    /// Ends when a timer is set that fires within a time that fits, counted from the clock's present: the code under
    /// test has come to its pause.
    /// </summary>
    public Task WaitForTimerAsync(Func<TimeSpan, bool> dueIn, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_armed.Any(t => dueIn(t.Due - _now)))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((dueIn, seen));
            return seen.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits for a timer that fits and moves the clock just so far that it fires.</summary>
    public async Task AdvanceToTimerAsync(Func<TimeSpan, bool> dueIn, CancellationToken cancellationToken = default)
    {
        await WaitForTimerAsync(dueIn, cancellationToken);
        TimeSpan by;
        lock (_lock)
        {
            by = _armed.Select(t => t.Due - _now).Where(dueIn).DefaultIfEmpty(TimeSpan.Zero).Min();
        }

        Advance(by);
    }

    private void Arm(ManualTimer timer, bool on)
    {
        List<TaskCompletionSource> seen = [];
        lock (_lock)
        {
            _armed.Remove(timer);
            if (on)
            {
                _armed.Add(timer);
                foreach (var wait in _waits.Where(w => w.Wanted(timer.Due - _now)).ToList())
                {
                    _waits.Remove(wait);
                    seen.Add(wait.Seen);
                }
            }
        }

        seen.ForEach(s => s.TrySetResult());
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset Due { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // As strict as the timers of .NET: what they refuse must not pass in a test.
            ArgumentOutOfRangeException.ThrowIfGreaterThan(dueTime.TotalMilliseconds, LongestTimer, nameof(dueTime));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(period.TotalMilliseconds, LongestTimer, nameof(period));
            lock (clock._lock)
            {
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    (Due, Order) = (clock._now + dueTime, ++clock._orders);
                }
            }

            clock.Arm(this, dueTime != Timeout.InfiniteTimeSpan);
            return true;
        }

        public bool Rearm()
        {
            (Due, Order) = (Due + (_period > TimeSpan.Zero ? _period : TimeSpan.Zero), ++clock._orders);
            return _period > TimeSpan.Zero;
        }

        public void Fire() => callback(state);

        public void Dispose() => clock.Arm(this, on: false);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
