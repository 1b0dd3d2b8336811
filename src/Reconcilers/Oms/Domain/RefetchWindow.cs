namespace Drydock.Reconcilers.Oms;

/// <summary>How far back a new Store must read when HA starts it (<c>refetchStoreIntervalMin</c>;
/// docs/research/oms.md#high-availability): at least from the moment the old containers stopped (T1) to the moment HA
/// is enabled (T2).</summary>
internal static class RefetchWindow
{
    public const int DefaultMinutes = 30;

    /// <summary>Minutes from <paramref name="stoppedAt"/> to <paramref name="now"/>, plus <paramref name="margin"/>,
    /// rounded up, never below <paramref name="formerMinutes"/>. A stop that lies in the future (clocks of hosts and
    /// operator differ) counts as now; the margin covers the difference.</summary>
    /// <param name="stoppedAt">T1: when the first old container stopped.</param>
    /// <param name="now">The moment the value is written; each attempt passes its own.</param>
    /// <param name="margin">Added to the outage; must not be negative.</param>
    /// <param name="formerMinutes">The value set before, in minutes; null for none (then the default counts).</param>
    public static int Minutes(DateTimeOffset stoppedAt, DateTimeOffset now, TimeSpan margin, int? formerMinutes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(margin, TimeSpan.Zero);
        var outage = now > stoppedAt ? now - stoppedAt : TimeSpan.Zero;
        var total = outage.Ticks + (decimal)margin.Ticks;
        var minutes = decimal.Ceiling(total / TimeSpan.TicksPerMinute);
        return Math.Max((int)Math.Min(minutes, int.MaxValue), formerMinutes ?? DefaultMinutes);
    }
}
