namespace Drydock.Crds.Plans;

/// <summary>What a run does, as data: steps in their order, and guards that hold meanwhile. Immutable: another order or
/// another step is another plan. What happened is in <see cref="RunRecord"/>. Its fields are those of
/// <see cref="StoredPlan"/>.</summary>
public sealed record Plan
{
    private string? _hash;

    /// <summary>Of what is done, and so of steps, guards and what stands beside them: nothing can set it.</summary>
    public string Hash => _hash ??= StoredRun.HashOf(this);

    public PlanKind Kind { get; init; }
    public string? Why { get; init; }
    public string? SpecHash { get; init; }
    public IReadOnlyDictionary<string, string>? Identity { get; init; }
    public string? Hold { get; init; }
    public DateTimeOffset? CompiledAt { get; init; }
    public int Number { get; init; }
    public string Id { get; init; } = "";
    public ImmutableList<PlannedStep> Steps { get; init => Set(out field, value); } = [];
    public ImmutableList<PlannedGuard> Guards { get; init => Set(out field, value); } = [];
    public ImmutableList<string>? Acknowledged { get; init => Set(out field, value); }
    public string? Repeats { get; init => Set(out field, value); }
    public string? Found { get; init => Set(out field, value); }
    public ImmutableList<string> Notes { get; init; } = [];

    /// <summary>Number and id, as names have them: <c>3-k7f2m9x1</c>.</summary>
    public string Tag => $"{Number}-{Id}";

    /// <summary>The plan without what it does, of which only the hash is left; such a plan cannot be stored.</summary>
    /// <param name="steps">What stands for its steps.</param>
    public Plan Reduced(IEnumerable<PlannedStep> steps)
    {
        var hash = Hash;
        return this with { Steps = [.. steps], Guards = [], Notes = [], Identity = null, _hash = hash };
    }

    private void Set<T>(out T field, T value)
    {
        field = value;
        _hash = null;
    }
}
