using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos;

/// <summary>One accident at one moment of one scenario.</summary>
/// <param name="What">Id of the accident, or <c>kill</c>.</param>
/// <param name="When">Id of the moment.</param>
public sealed record ChaosCase(ChaosScenario Scenario, string What, string When) : IChaosCase
{
    /// <inheritdoc />
    public string ScenarioId => Scenario.Id;

    /// <inheritdoc />
    public string Plan { get; init; } = "";

    /// <inheritdoc />
    public bool IsKill => Kill is not null;

    /// <summary>The point at which the operator is killed; null for other accidents.</summary>
    public KillPoint? Kill { get; init; }

    /// <summary>The accident; null for a kill.</summary>
    public AccidentStrike? Strike { get; init; }

    /// <inheritdoc />
    public string Id => $"{Scenario.Id}: {What} @ {When}";

    /// <inheritdoc />
    public override string ToString() => Id;
}
