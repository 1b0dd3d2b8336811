namespace Drydock.Reconcilers.Upgrades;

/// <summary>When phases and units of work may start in a maintenance window. A unit begins with a step that asks for
/// the window (<see cref="PlanStep.AsksWindow"/>) and has to fit into the time that is left, as far as its duration is
/// known. Pure.</summary>
/// <param name="status">Its status with the durations of former plans.</param>
internal sealed class UnitWindow(
    RunKind kind, RunStatus status, Plan plan, MaintenanceWindow window, DateTimeOffset now)
{
    private readonly Dictionary<string, (TimeSpan? Room, string From)> _rooms = new(StringComparer.Ordinal);

    public DateTimeOffset? OpensAt(PlanStep step) =>
        WindowClock.OpensAt(window, now, Room(step).Room ?? TimeSpan.Zero);

    public string ClosedBecause(PlanStep step)
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

    private (TimeSpan? Room, string From) Room(PlanStep step)
    {
        if (!step.AsksWindow)
        {
            return (null, "");
        }

        if (_rooms.TryGetValue(step.Id, out var known))
        {
            return known;
        }

        return _rooms[step.Id] = StepDurations.Longest(kind, status, Unit(step)) is { } measured
            ? (measured, "as long as the slowest unit of its kind took so far")
            : (kind.UnitEstimate(step), "the vendor's estimate");
    }

    // The step and those after it, up to the next one that asks for the window.
    private List<PlanStep> Unit(PlanStep first) =>
    [
        first,
        .. plan.Steps.SkipWhile(s => s.Id != first.Id)
            .Skip(1)
            .TakeWhile(s => !s.AsksWindow && s.Phase == first.Phase && s.Node == first.Node),
    ];
}
