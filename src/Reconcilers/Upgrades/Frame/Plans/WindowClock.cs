using DayOfWeek = System.DayOfWeek;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>When a maintenance window is open. Pure; correct across changes of daylight saving time.</summary>
internal static class WindowClock
{
    // A week and a day to either side cover every choice of days.
    private const int DaysAhead = 8;

    public static bool IsKnown(MaintenanceWindow window) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out _);

    /// <summary>When the window opens next; null if it is open. A window in an unknown time zone is checked again a day
    /// later.</summary>
    public static DateTimeOffset? OpensAt(MaintenanceWindow window, DateTimeOffset now) =>
        OpensAt(window, now, TimeSpan.Zero);

    /// <summary>When the window is open next with room for some work; null if that is now. Work that needs more than
    /// half of the window may start in its first half.</summary>
    public static DateTimeOffset? OpensAt(MaintenanceWindow window, DateTimeOffset now, TimeSpan room)
    {
        DateTimeOffset? next = null;
        foreach (var (opens, closes) in Around(window, now))
        {
            var needed = room < (closes - opens) / 2 ? room : (closes - opens) / 2;
            if (opens <= now && now < closes && now + needed <= closes)
            {
                return null;
            }

            if (opens > now && closes > opens && (next is null || opens < next))
            {
                next = opens;
            }
        }

        return next ?? now + TimeSpan.FromDays(1);
    }

    public static DateTimeOffset? ClosesAt(MaintenanceWindow window, DateTimeOffset now) =>
        Around(window, now).Where(w => w.Opens <= now && now < w.Closes)
            .Select(w => (DateTimeOffset?)w.Closes)
            .Max();

    // When the window opens and closes, from yesterday on; empty if its time zone is unknown.
    private static IEnumerable<(DateTimeOffset Opens, DateTimeOffset Closes)> Around(
        MaintenanceWindow window, DateTimeOffset now)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out var zone))
        {
            yield break;
        }

        var (start, end) = (Time(window.Start), Time(window.End));
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        for (var offset = -1; offset <= DaysAhead; offset++)
        {
            var day = today.AddDays(offset);
            if (OpensOn(window, day.DayOfWeek))
            {
                yield return (
                    Moment(day.ToDateTime(start), zone),
                    Moment((end <= start ? day.AddDays(1) : day).ToDateTime(end), zone));
            }
        }
    }

    private static TimeOnly Time(string text) => TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);

    private static bool OpensOn(MaintenanceWindow window, DayOfWeek day) =>
        window.Days.Count == 0
            || window.Days.Exists(d => string.Equals(d.ToString(), day.ToString()[..3], StringComparison.Ordinal));

    // A time that the clocks skip counts as the moment when they are put forward; of a time that occurs twice the first
    // counts.
    private static DateTimeOffset Moment(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
