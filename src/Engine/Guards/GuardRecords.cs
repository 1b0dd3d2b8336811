namespace Drydock.Engine.Guards;

/// <summary>Tells which guards of a plan are in force, and keeps in it when they did not hold. Pure.</summary>
public static class GuardRecords
{
    private const int Most = 8;

    public static IEnumerable<PlanGuard> InForce(Plan plan, string? aboutToAct = null)
    {
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        return plan.Guards.Where(g =>
            g.From.TrueForAll(id => steps.GetValueOrDefault(id)?.State == StepState.Succeeded)
            && (g.Until is null
                || (steps.GetValueOrDefault(g.Until)?.HasBegun() != true
                        && !string.Equals(g.Until, aboutToAct, StringComparison.Ordinal))));
    }

    /// <summary>The violation that is not over; null if the guard held when it was last read.</summary>
    public static GuardViolation? Open(this PlanGuard guard) => guard.Violations.FindLast(v => v.To is null);

    public static bool IsAccepted(PlanGuard guard, GuardReading reading) =>
        reading.Key is { } key && guard.Violations.Exists(v => v.Accepted is not null && v.Key == key);

    /// <summary>The violations that are not over, as readings.</summary>
    internal static IReadOnlyList<GuardReading> Breaches(IEnumerable<PlanGuard> guards) =>
    [
        .. from guard in guards
           let open = guard.Open()
           where open is not null
           select GuardReading.Broken(open.Message) with { GuardId = guard.Id, Reason = open.Reason },
    ];

    /// <summary>The guards after all of them were read.</summary>
    internal static List<PlanGuard> Read(
        List<PlanGuard> guards, IReadOnlyList<GuardReading> breaches, DateTimeOffset now) => guards.ConvertAll(guard =>
        breaches.FirstOrDefault(b => b.GuardId == guard.Id) switch
        {
            { State: GuardState.Unreadable } => guard,
            { } reading when guard.Open() is { } open && open.Key == reading.Key =>
                With(guard, open, Of(reading, open.From) with { Check = reading.Check ?? open.Check }),
            { } reading => Add(Close(guard, now), reading, now),
            null => Close(guard, now),
        });

    /// <summary>The guards after what was repeated because of some of them.</summary>
    internal static List<PlanGuard> Settled(List<PlanGuard> guards, string id, DateTimeOffset now) =>
        guards.ConvertAll(g => g.Id == id ? Close(g, now) : g);

    /// <summary>The guards after an administrator accepted violations of some of them. A violation that is not the one
    /// <paramref name="stored"/> shows has not been seen by the administrator and stays open.</summary>
    internal static List<PlanGuard> Accept(
        List<PlanGuard> guards,
        List<PlanGuard> stored,
        IReadOnlyDictionary<string, AcceptedBy> accepted,
        DateTimeOffset now) =>
        accepted.Count == 0 ? guards : guards.ConvertAll(guard =>
            guard.Open() is { Key: { } key } open
            && accepted.TryGetValue(guard.Id, out var by)
            && stored.Find(g => g.Id == guard.Id)?.Open()?.Key == key
                ? With(guard, open, open with { To = now, Accepted = by })
                : guard);

    private static PlanGuard Close(PlanGuard guard, DateTimeOffset now) =>
        guard.Open() is { } open ? With(guard, open, open with { To = now }) : guard;

    private static PlanGuard With(PlanGuard guard, GuardViolation before, GuardViolation after) => before == after
        ? guard
        : guard with { Violations = guard.Violations.ConvertAll(v => ReferenceEquals(v, before) ? after : v) };

    private static PlanGuard Add(PlanGuard guard, GuardReading reading, DateTimeOffset now) => guard with
    {
        Failures = (guard.Failures ?? 0) + 1,
        Violations = [.. guard.Violations.TakeLast(Most - 1), Of(reading, reading.Since ?? now)],
    };

    private static GuardViolation Of(GuardReading reading, DateTimeOffset from) => new()
    {
        Reason = reading.Reason,
        Message = reading.Message,
        Check = reading.Check,
        From = from,
        Key = reading.Key,
        RestoreFirst = reading.RestoreFirst,
        NoRollback = reading.NoRollback,
    };
}
