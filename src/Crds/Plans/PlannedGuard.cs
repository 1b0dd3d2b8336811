namespace Drydock.Crds.Plans;

/// <summary>What must stay true of the world from the end of some steps until another step begins. Its fields are those
/// of <see cref="StoredGuard"/>.</summary>
public sealed record PlannedGuard
{
    public string Id { get; init; } = "";
    public string Check { get; init; } = "";
    public string? Node { get; init; }
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = PlannedStep.NoEntries;
    public IReadOnlyDictionary<string, string>? Measured { get; init; }
    public ImmutableList<string> From { get; init; } = [];
    public string? Until { get; init; }
}

/// <summary>When a guard did not hold so far.</summary>
public sealed record GuardRecord
{
    /// <summary>It always held.</summary>
    public static GuardRecord None { get; } = new();

    public int Failures { get; init; }
    public ImmutableList<GuardViolation> Violations { get; init; } = [];

    /// <summary>The violation that is not over; null if the guard held when it was last read.</summary>
    public GuardViolation? Open => Violations.FindLast(v => v.To is null);
}

/// <summary>A guard of a plan, and when it did not hold.</summary>
public sealed record Guard(PlannedGuard Planned, GuardRecord Record)
{
    public string Id => Planned.Id;
    public string? Node => Planned.Node;
}
