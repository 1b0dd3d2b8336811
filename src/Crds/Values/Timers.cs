namespace Drydock.Crds.Values;

/// <summary>Limits of .NET timers. A span that comes from a spec, a server or an option must go through
/// <see cref="Clamp"/> before it is given to a timer.</summary>
public static class Timers
{
    /// <summary>The longest span that is given to a timer. .NET refuses spans above 49.7 days, and throws where the
    /// timer is set.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(49);

    /// <summary>The span as a timer takes it: at most <see cref="Longest"/>, and not negative.
    /// <see cref="Timeout.InfiniteTimeSpan"/> is not changed. A caller that must not fire too early compares the clock
    /// when the timer fires, and sets the timer again.</summary>
    public static TimeSpan Clamp(TimeSpan span) =>
        span == Timeout.InfiniteTimeSpan ? span
        : span < TimeSpan.Zero ? TimeSpan.Zero
        : span < Longest ? span
        : Longest;

    /// <summary>The time limit that a field asks for, as a timer takes it.</summary>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text) => Clamp(KubernetesDuration.Parse(text));
}
