namespace Drydock.Runs;

/// <summary>Tells which guards of a plan are in force, and keeps in its record when they did not hold. Pure.</summary>
public static class GuardRecords
{
    private const int Most = 8;

    public static IEnumerable<Guard> InForce(PlanProgress plan, string? aboutToAct = null)
    {
        var steps = plan.Steps.ToDictionary(s => s.Id, StringComparer.Ordinal);
        return plan.Guards.Where(g =>
            g.Planned.From.TrueForAll(id => steps.GetValueOrDefault(id)?.State == StepState.Succeeded)
            && (g.Planned.Until is not { } until
                || (steps.GetValueOrDefault(until)?.HasBegun != true
                        && !string.Equals(until, aboutToAct, StringComparison.Ordinal))));
    }

    public static bool IsAccepted(GuardRecord guard, GuardReading reading) =>
        reading.Key is { } key && guard.Violations.Exists(v => v.Accepted is not null && v.Key == key);

    /// <summary>The violations that are not over, as readings.</summary>
    internal static IReadOnlyList<GuardReading> Breaches(IEnumerable<Guard> guards) =>
    [
        .. from guard in guards
           let open = guard.Record.Open
           where open is not null
           select GuardReading.Broken(open.Message) with { GuardId = guard.Id, Reason = open.Reason },
    ];

    /// <summary>The guards after all of them were read.</summary>
    internal static ImmutableList<Guard> Read(
        ImmutableList<Guard> guards, IReadOnlyList<GuardReading> breaches, DateTimeOffset now) =>
        Change(guards, guard => breaches.FirstOrDefault(b => b.GuardId == guard.Id) switch
        {
            { State: GuardState.Unreadable } => guard.Record,
            { } reading when guard.Record.Open is { } open && open.Key == reading.Key =>
                With(guard.Record, open, Of(reading, open.From) with { Check = reading.Check ?? open.Check }),
            { } reading => Add(Close(guard.Record, now), reading, now),
            null => Close(guard.Record, now),
        });

    /// <summary>The guards after what was repeated because of some of them.</summary>
    internal static ImmutableList<Guard> Settled(ImmutableList<Guard> guards, string id, DateTimeOffset now) =>
        Change(guards, g => g.Id == id ? Close(g.Record, now) : g.Record);

    /// <summary>The guards after an administrator accepted violations of some of them. A violation that is not the one
    /// <paramref name="stored"/> shows has not been seen by the administrator and stays open.</summary>
    internal static ImmutableList<Guard> Accept(
        ImmutableList<Guard> guards,
        ImmutableList<Guard> stored,
        IReadOnlyDictionary<string, AcceptedBy> accepted,
        DateTimeOffset now) =>
        accepted.Count == 0 ? guards : Change(guards, guard =>
            guard.Record.Open is { Key: { } key } open
            && accepted.TryGetValue(guard.Id, out var by)
            && stored.Find(g => g.Id == guard.Id)?.Record.Open?.Key == key
                ? With(guard.Record, open, open with { To = now, Accepted = by })
                : guard.Record);

    private static ImmutableList<Guard> Change(ImmutableList<Guard> guards, Func<Guard, GuardRecord> after) =>
        guards.ConvertAll(guard => guard with { Record = after(guard) });

    private static GuardRecord Close(GuardRecord guard, DateTimeOffset now) =>
        guard.Open is { } open ? With(guard, open, open with { To = now }) : guard;

    private static GuardRecord With(GuardRecord guard, GuardViolation before, GuardViolation after) => before == after
        ? guard
        : guard with { Violations = guard.Violations.ConvertAll(v => ReferenceEquals(v, before) ? after : v) };

    private static GuardRecord Add(GuardRecord guard, GuardReading reading, DateTimeOffset now) => new()
    {
        Failures = guard.Failures + 1,
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
