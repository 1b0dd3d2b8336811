using Drydock.Lab.Oms;

namespace Drydock.Lab.Upgrades;

/// <summary>How a <see cref="UpgradeStage"/> is set.</summary>
public sealed record StageOptions
{
    /// <summary>The root of the checkout: config/ is applied from there.</summary>
    public required string Checkout { get; init; }

    /// <summary>Path of Drydock.Operator.dll.</summary>
    public required string OperatorAssembly { get; init; }

    /// <summary>How many Docker hosts at least; a road that needs more gets them.</summary>
    public int Hosts { get; init; } = 2;

    /// <summary>The road to begin with; <see cref="UpgradeStage.UseAsync"/> takes another.</summary>
    public UpgradeRoad Road { get; init; } = UpgradeRoad.Enterprise;

    /// <summary>
    /// Room for images and containers on each host, in bytes; null is what the machine has. A small one can be filled
    /// (<see cref="DockerHost.FillDiskAsync"/>).
    /// </summary>
    public long? DockerDataBytes { get; init; }

    /// <summary>
    /// Room for the metadata database, in bytes; null is what the machine has. A small one can be filled
    /// (<see cref="MetaDb.FillDiskAsync"/>).
    /// </summary>
    public long? MetaDbDataBytes { get; init; }

    /// <summary>Where snapshots go, as <c>spec.backup.storage</c>; null is the stage's directory.</summary>
    public Func<UpgradeStage, System.Text.Json.Nodes.JsonObject>? Storage { get; init; }

    /// <summary>Whether faults can be put between the operator and everything it touches.</summary>
    public bool Faults { get; init; }

    /// <summary>Whether the CRDs are served by the modern CRD server instead of the 1.20 one.</summary>
    public bool ModernCrds { get; init; }

    /// <summary>Changes the scenario of OMS.</summary>
    public Func<OmsScenarioOptions, OmsScenarioOptions> Scenario { get; init; } = static options => options;
}
