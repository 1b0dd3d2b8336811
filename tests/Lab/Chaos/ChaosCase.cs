using Drydock.Lab.Accidents;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Chaos;

/// <summary>One thing that goes wrong at one moment of one scenario.</summary>
/// <param name="Scenario">Where.</param>
/// <param name="What">The accident's id, or <c>kill</c>.</param>
/// <param name="When">The moment's id.</param>
public sealed record ChaosCase(ChaosScenario Scenario, string What, string When) : IChaosCase
{
    /// <inheritdoc />
    public string ScenarioId => Scenario.Id;

    /// <inheritdoc />
    public bool IsKill => Kill is not null;

    /// <summary>Where the operator is killed, if that is what happens.</summary>
    public KillPoint? Kill { get; init; }

    /// <summary>Any other accident.</summary>
    public AccidentStrike? Strike { get; init; }

    /// <inheritdoc />
    public string Id => $"{Scenario.Id}: {What} @ {When}";

    /// <inheritdoc />
    public override string ToString() => Id;
}
