namespace Drydock.Reconcilers.Upgrades;

/// <summary>When a maintenance window is open. Pure; correct across changes of daylight saving time.</summary>
internal static class WindowClock
{
    // A week and a day to either side cover every choice of days.
    private const int DaysAhead = 8;

    public static bool IsKnown(MaintenanceWindow window) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out _);

    /// <summary>When the window is open next with room for some work; null if that is now. Work that needs more than
    /// half of the window may start in its first half. A window in an unknown time zone is checked again a day
    /// later.</summary>
    public static DateTimeOffset? OpensAt(MaintenanceWindow window, DateTimeOffset now, TimeSpan room = default)
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
            if (window.Days.Count == 0 || window.Days.Exists(d => d.ToString() == day.DayOfWeek.ToString()[..3]))
            {
                yield return (
                    Moment(day.ToDateTime(start), zone),
                    Moment((end <= start ? day.AddDays(1) : day).ToDateTime(end), zone));
            }
        }
    }

    private static TimeOnly Time(string text) => TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);

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

/// <summary>When phases and units of work may start in a maintenance window. A unit begins with a step that asks for
/// the window (<see cref="PlannedStep.AsksWindow"/>) and has to fit into the time that is left, as far as its duration
/// is known. Pure.</summary>
/// <param name="plans">The plans of the object, with the durations of their steps.</param>
internal sealed class UnitWindow(
    StepRegistry steps,
    IReadOnlyList<PlanProgress> plans,
    PlanProgress plan,
    MaintenanceWindow window,
    DateTimeOffset now)
{
    private readonly Dictionary<string, (TimeSpan? Room, string From)> _rooms = new(StringComparer.Ordinal);

    public DateTimeOffset? OpensAt(Step step) =>
        WindowClock.OpensAt(window, now, Room(step).Room ?? TimeSpan.Zero);

    public string ClosedBecause(Step step)
    {
        if (WindowClock.ClosesAt(window, now) is not { } closes)
        {
            return $"The window is closed now (spec.window: {window.Start} to {window.End} {window.TimeZone}).";
        }

        var (room, from) = Room(step);
        return $"The window closes at {closes.ToUniversalTime():yyyy-MM-dd HH:mm}Z, and "
            + $"{KubernetesDuration.Format(room ?? TimeSpan.Zero)} are needed until the last step of this unit has "
            + $"succeeded ({from}).";
    }

    private (TimeSpan? Room, string From) Room(Step step)
    {
        if (!step.Planned.AsksWindow)
        {
            return (null, "");
        }

        if (_rooms.TryGetValue(step.Id, out var known))
        {
            return known;
        }

        return _rooms[step.Id] = StepDurations.Longest(steps, plans, Unit(step)) is { } measured
            ? (measured, "as long as the slowest unit of its kind took so far")
            : (steps.Of(step).UnitEstimate, "the vendor's estimate");
    }

    // The step and those after it, up to the next one that asks for the window.
    private List<Step> Unit(Step first) =>
    [
        first,
        .. plan.Steps.SkipWhile(s => s.Id != first.Id)
            .Skip(1)
            .TakeWhile(s => !s.Planned.AsksWindow && s.Phase == first.Phase && s.Node == first.Node),
    ];
}
