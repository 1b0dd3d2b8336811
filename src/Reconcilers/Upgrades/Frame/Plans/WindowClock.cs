using System.Globalization;
using Drydock.Crds.Common;
using DayOfWeek = System.DayOfWeek;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>When a maintenance window is open. Pure; correct across changes of daylight saving time.</summary>
internal static class WindowClock
{
    // A week and a day to either side cover every choice of days.
    private const int DaysAhead = 8;

    /// <summary>Whether the time zone of the window is known here.</summary>
    public static bool IsKnown(MaintenanceWindow window) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out _);

    /// <summary>
    /// When the window opens next; null if it is open. A window in an unknown time zone is checked again a day later.
    /// </summary>
    public static DateTimeOffset? OpensAt(MaintenanceWindow window, DateTimeOffset now)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out var zone))
        {
            return now + TimeSpan.FromDays(1);
        }

        var (start, end) = (Time(window.Start), Time(window.End));
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        DateTimeOffset? next = null;
        for (var offset = -1; offset <= DaysAhead; offset++)
        {
            var day = today.AddDays(offset);
            if (!OpensOn(window, day.DayOfWeek))
            {
                continue;
            }

            var opens = Moment(day.ToDateTime(start), zone);
            var closes = Moment((end <= start ? day.AddDays(1) : day).ToDateTime(end), zone);
            if (opens <= now && now < closes)
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
