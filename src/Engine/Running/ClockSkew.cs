namespace Drydock.Engine.Running;

/// <summary>A time limit must not end early because two nodes do not agree on the time.</summary>
public static class ClockSkew
{
    /// <summary>
    /// By how much the clock of the process that began something may be behind that of its successor.
    /// </summary>
    public static TimeSpan Largest { get; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How much longer than its limit something may take: nothing if this process began it, otherwise as much as its
    /// limit, at most <see cref="Largest"/>.
    /// </summary>
    /// <param name="limit">The limit.</param>
    /// <param name="isOfOtherClock">Whether another process wrote when it began.</param>
    public static TimeSpan Allowance(TimeSpan limit, bool isOfOtherClock) =>
        !isOfOtherClock ? TimeSpan.Zero : limit < Largest ? limit : Largest;
}
