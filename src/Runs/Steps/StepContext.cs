namespace Drydock.Runs;

/// <summary>The input of an action: the step, the plan around it, and the recorded receipts.</summary>
public sealed record StepContext
{
    public required string OwnerUid { get; init; }

    public required PlanProgress Plan { get; init; }

    public required Step Step { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How long this observation of the step has lasted already; grows while the step is under way.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>What this process remembers of the step, as long as it runs the plan.</summary>
    public StepMemory Memory { get; init; } = new();

    /// <summary>What one job remembers of the step, from its first look to its last.</summary>
    public StepMemory Pass { get; init; } = new();

    public string Node => Step.Node ?? throw new KeyNotFoundException(
        $"Step {Step.Id} names no node. The stored plan does not fit action {Step.Action}.");

    /// <summary>What this process remembers of the attempt.</summary>
    public T OfAttempt<T>()
        where T : class, new() => Memory.Of<T>(Step.Attempt);

    public string? Receipt(string key) => Step.Receipt?.GetValueOrDefault(key);

    /// <summary>A receipt entry of another step (<see cref="Crds.Plans.Step.Recorded"/>), or null.</summary>
    public string? Recorded(string stepId, string key) =>
        Plan.Step(stepId)?.Recorded(key);

    public IEnumerable<(string StepId, string Value)> AllRecorded(string phase, string key) =>
        from step in Plan.Steps
        where string.Equals(step.Phase, phase, StringComparison.Ordinal)
        let value = step.Recorded(key)
        where value is not null
        select (step.Id, value);
}
