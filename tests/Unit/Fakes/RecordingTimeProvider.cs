namespace Drydock.Tests.Unit.Fakes;

/// <summary>The system's time, with a note of every limit and delay that was asked for.</summary>
internal sealed class RecordingTimeProvider : TimeProvider
{
    public List<TimeSpan> DueTimes { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (DueTimes)
        {
            DueTimes.Add(dueTime);
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
