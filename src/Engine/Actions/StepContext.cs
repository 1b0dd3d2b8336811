using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Actions;

/// <summary>The input of an action: the step, the plan around it, and the recorded receipts.</summary>
public sealed record StepContext
{
    /// <summary>Uid of the object whose plan runs.</summary>
    public required string OwnerUid { get; init; }

    /// <summary>The plan as stored.</summary>
    public required Plan Plan { get; init; }

    /// <summary>The step as stored; <see cref="PlanStep.Attempt"/> is the attempt in question.</summary>
    public required PlanStep Step { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>How long this observation of the step has lasted already; grows while the step is under way.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>The node the step acts on.</summary>
    /// <exception cref="KeyNotFoundException">The step acts on the whole system.</exception>
    public string Node => Step.Node ?? throw new KeyNotFoundException(
        $"Step {Step.Id} names no node. The stored plan does not fit action {Step.Action}.");

    /// <summary>A parameter of the step.</summary>
    /// <exception cref="KeyNotFoundException">The plan was compiled without it.</exception>
    public string Parameter(string name) =>
        Step.Parameters.TryGetValue(name, out var value)
            ? value
            : throw new KeyNotFoundException(
                $"Step {Step.Id} has no parameter '{name}'; the stored plan does not fit action {Step.Action}.");

    /// <summary>A parameter of the step, or null.</summary>
    public string? OptionalParameter(string name) => Step.Parameters.GetValueOrDefault(name);

    /// <summary>An entry of this step's receipt, or null.</summary>
    public string? Receipt(string key) => Step.Receipt?.GetValueOrDefault(key);

    /// <summary>A receipt entry of another step (<see cref="PlanStep.Recorded"/>), or null.</summary>
    public string? Recorded(string stepId, string key) =>
        Plan.Steps.Find(s => string.Equals(s.Id, stepId, StringComparison.Ordinal))?.Recorded(key);

    /// <summary>All values that the steps of a phase recorded under a key, with the ids of the steps.</summary>
    public IEnumerable<(string StepId, string Value)> AllRecorded(string phase, string key) =>
        from step in Plan.Steps
        where string.Equals(step.Phase, phase, StringComparison.Ordinal)
        let value = step.Recorded(key)
        where value is not null
        select (step.Id, value);
}
