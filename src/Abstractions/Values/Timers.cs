namespace Drydock.Abstractions.Values;

/// <summary>
/// What a timer of .NET takes. A span that comes from a spec, a server or an option goes through <see cref="Clamp"/>
/// before a timer is made of it.
/// </summary>
public static class Timers
{
    /// <summary>
    /// The longest span that is given to a timer. .NET refuses spans above 49.7 days, and throws where the timer is
    /// set.
    /// </summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(49);

    /// <summary>
    /// The span as a timer takes it: at most <see cref="Longest"/>, and not negative.
    /// <see cref="Timeout.InfiniteTimeSpan"/> stays what it is. A caller that must not fire earlier than asked looks at
    /// the clock when the timer fires, and sets it again.
    /// </summary>
    public static TimeSpan Clamp(TimeSpan span) =>
        span == Timeout.InfiniteTimeSpan ? span
        : span < TimeSpan.Zero ? TimeSpan.Zero
        : span < Longest ? span
        : Longest;
}
