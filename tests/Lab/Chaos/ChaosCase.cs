using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Chaos;

/// <summary>One thing that goes wrong at one moment of one scenario.</summary>
/// <param name="Scenario">Where.</param>
/// <param name="What">The accident's id, or <c>kill</c>.</param>
/// <param name="When">The moment's id.</param>
/// <param name="Let">Lets it happen and reads what came of it.</param>
public sealed record ChaosCase(ChaosScenario Scenario, string What, string When, Func<ChaosRunner, CancellationToken, Task<ChaosOutcome>> Let)
{
    /// <summary>Where the operator is killed, if that is what happens; such cases of one scenario can share a run (<see cref="ChaosRunner.KillAsync"/>).</summary>
    public KillPoint? Kill { get; init; }

    /// <summary>Stable over runs: <c>ee-322-422 Upgrade: dockerd-kill @ during-init-start</c>.</summary>
    public string Id => $"{Scenario.Id}: {What} @ {When}";

    /// <inheritdoc />
    public override string ToString() => Id;
}
