namespace Drydock.Engine.Running;

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

    public TimeSpan Left(TimeSpan limit) => limit + ClockSkew.Allowance(limit, _isOfOtherClock) - Taken;
}
