namespace Drydock.Crds.Plans;

/// <summary>What a run does, as data: steps in their order, and guards that hold meanwhile. Immutable: another order or
/// another step is another plan. What happened is in <see cref="RunRecord"/>. Its fields are those of
/// <see cref="StoredPlan"/>.</summary>
public sealed record Plan
{
    public string Hash { get; init; } = "";
    public string? SpecHash { get; init; }
    public IReadOnlyDictionary<string, string>? Identity { get; init; }
    public string? Hold { get; init; }
    public DateTimeOffset? CompiledAt { get; init; }
    public int Number { get; init; }
    public string Id { get; init; } = "";
    public ImmutableList<PlannedStep> Steps { get; init; } = [];
    public ImmutableList<PlannedGuard> Guards { get; init; } = [];
    public ImmutableList<string>? Acknowledged { get; init; }
    public ImmutableList<string> Notes { get; init; } = [];

    /// <summary>Number and id, as names have them: <c>3-k7f2m9x1</c>.</summary>
    public string Tag => $"{Number}-{Id}";
}
