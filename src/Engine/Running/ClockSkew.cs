namespace Drydock.Engine.Running;

/// <summary>A time limit must not end early because the clocks of two nodes differ.</summary>
public static class ClockSkew
{
    public static TimeSpan Largest { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How much longer than its limit something may take: nothing if this process started it, otherwise as
    /// long as its limit again, at most <see cref="Largest"/>.</summary>
    public static TimeSpan Allowance(TimeSpan limit, bool isOfOtherClock) =>
        !isOfOtherClock ? TimeSpan.Zero : limit < Largest ? limit : Largest;
}
