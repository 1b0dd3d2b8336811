using Drydock.Lab.Oms;

namespace Drydock.Lab.Upgrades;

/// <summary>How a <see cref="UpgradeStage"/> is set.</summary>
public sealed record StageOptions
{
    /// <summary>The root of the checkout: config/ is applied from there.</summary>
    public required string Checkout { get; init; }

    /// <summary>Path of Drydock.Operator.dll.</summary>
    public required string OperatorAssembly { get; init; }

    /// <summary>How many Docker hosts.</summary>
    public int Hosts { get; init; } = 2;

    /// <summary>Whether faults can be put between the operator and everything it touches.</summary>
    public bool Faults { get; init; }

    /// <summary>Whether the CRDs are served by the modern CRD server instead of the 1.20 one.</summary>
    public bool ModernCrds { get; init; }

    /// <summary>Changes the scenario of OMS.</summary>
    public Func<OmsScenarioOptions, OmsScenarioOptions> Scenario { get; init; } = static options => options;
}
