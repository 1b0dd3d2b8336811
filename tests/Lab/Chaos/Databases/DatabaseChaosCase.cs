namespace Drydock.Lab.Chaos.Databases;

/// <summary>One thing that goes wrong at one moment of one database upgrade.</summary>
/// <param name="Scenario">Where.</param>
/// <param name="What">The accident's id, or <c>kill</c>.</param>
/// <param name="When">The moment's id.</param>
public sealed record DatabaseChaosCase(DatabaseChaosScenario Scenario, string What, string When) : IChaosCase
{
    /// <summary>The accident; null for a kill.</summary>
    public DatabaseAccident? Accident { get; init; }

    /// <summary>Where it strikes: when a step of this phase, or this very step, was announced.</summary>
    public required string Step { get; init; }

    /// <summary>For a kill: once the step is done, instead of once it is announced.</summary>
    public bool OnceDone { get; init; }

    /// <inheritdoc />
    public string ScenarioId => Scenario.Id;

    /// <inheritdoc />
    public bool IsKill => Accident is null;

    /// <inheritdoc />
    public string Id => $"{Scenario.Id}: {What} @ {When}";

    /// <inheritdoc />
    public override string ToString() => Id;
}
