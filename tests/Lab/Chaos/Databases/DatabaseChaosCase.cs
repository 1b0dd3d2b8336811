namespace Drydock.Lab.Chaos.Databases;

/// <summary>One accident at one moment of one database upgrade.</summary>
/// <param name="What">Id of the accident, or <c>kill</c>.</param>
/// <param name="When">Id of the moment.</param>
public sealed record DatabaseChaosCase(DatabaseChaosScenario Scenario, string What, string When) : IChaosCase
{
    /// <summary>The accident; null for a kill.</summary>
    public DatabaseAccident? Accident { get; init; }

    /// <summary>The moment of the strike: when a step of this phase, or the step with this id, was announced.</summary>
    public required string Step { get; init; }

    /// <summary>For a kill: whether it comes when the step is done instead of when it is announced.</summary>
    public bool OnceDone { get; init; }

    /// <inheritdoc />
    public string ScenarioId => Scenario.Id;

    /// <inheritdoc />
    public string Plan { get; init; } = "";

    /// <inheritdoc />
    public bool IsKill => Accident is null;

    /// <inheritdoc />
    public string Id => $"{Scenario.Id}: {What} @ {When}";

    /// <inheritdoc />
    public override string ToString() => Id;
}
