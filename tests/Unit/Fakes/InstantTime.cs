namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Waits of up to a few seconds end at once; longer ones (limits) never: for tests in which a wait has no say.
/// </summary>
internal sealed class InstantTime : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(
            callback, state, dueTime < Short ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
