namespace Drydock.Runs;

/// <summary>How long something that has a time limit has taken. What this process began is measured by the monotonic
/// clock alone, so a wall clock that jumps ends nothing. What another process began is measured once by the wall clock,
/// with an allowance for a clock that differs (<see cref="ClockSkew"/>), and from then on by the monotonic
/// clock.</summary>
public sealed class AttemptClock
{
    private readonly TimeProvider _time;
    private readonly long _since;
    private readonly TimeSpan _before;
    private readonly bool _isOfOtherClock;

    private AttemptClock(TimeProvider time, DateTimeOffset startedAt, TimeSpan before, bool isOfOtherClock)
    {
        (_time, _since) = (time, time.GetTimestamp());
        (StartedAt, _before, _isOfOtherClock) = (startedAt, before, isOfOtherClock);
    }

    /// <summary>The recorded start.</summary>
    public DateTimeOffset StartedAt { get; }

    public static AttemptClock StartedHere(TimeProvider time, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new(time, now, TimeSpan.Zero, isOfOtherClock: false);
    }

    public static AttemptClock StartedElsewhere(TimeProvider time, DateTimeOffset startedAt)
    {
        ArgumentNullException.ThrowIfNull(time);
        var before = time.GetUtcNow() - startedAt;
        return new(time, startedAt, before > TimeSpan.Zero ? before : TimeSpan.Zero, isOfOtherClock: true);
    }

    public TimeSpan Taken => _before + _time.GetElapsedTime(_since);

    /// <summary>What is left of a limit. What another process began may take longer: as long as its limit again, at
    /// most <see cref="ClockSkew.Largest"/>.</summary>
    public TimeSpan Left(TimeSpan limit)
    {
        var allowance = limit < ClockSkew.Largest ? limit : ClockSkew.Largest;
        return limit + (_isOfOtherClock ? allowance : TimeSpan.Zero) - Taken;
    }
}

/// <summary>A time limit must not end early because the clocks of two nodes differ.</summary>
public static class ClockSkew
{
    public static TimeSpan Largest { get; } = TimeSpan.FromMinutes(5);
}
