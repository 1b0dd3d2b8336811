namespace Drydock.Lab.Upgrades;

/// <summary>Settings of a <see cref="UpgradeStage"/>.</summary>
public sealed record StageOptions
{
    /// <summary>The root of the checkout, whose config/ is applied.</summary>
    public required string Checkout { get; init; }

    /// <summary>Path of Drydock.Operator.dll.</summary>
    public required string OperatorAssembly { get; init; }

    /// <summary>Minimum number of Docker hosts. A road that needs more adds hosts.</summary>
    public int Hosts { get; init; } = 2;

    /// <summary>The first road; <see cref="UpgradeStage.UseAsync"/> changes it.</summary>
    public UpgradeRoad Road { get; init; } = UpgradeRoad.Enterprise;

    /// <summary>
    /// Space for images and containers on each host, in bytes; null for the space of the machine. A small one can be
    /// filled (<see cref="DockerHost.FillDiskAsync"/>).
    /// </summary>
    public long? DockerDataBytes { get; init; }

    /// <summary>
    /// Space for the metadata database, in bytes; null for the space of the machine. A small one can be filled (<see
    /// cref="MetaDb.FillDiskAsync"/>).
    /// </summary>
    public long? MetaDbDataBytes { get; init; }

    /// <summary>Storage of the snapshots, as <c>spec.backup.storage</c>; null for the stage's directory.</summary>
    public Func<UpgradeStage, System.Text.Json.Nodes.JsonObject>? Storage { get; init; }

    /// <summary>Whether fault proxies are put between the operator and all its targets.</summary>
    public bool Faults { get; init; }

    /// <summary>Whether the modern CRD server serves the CRDs instead of the 1.20 one.</summary>
    public bool ModernCrds { get; init; }

    /// <summary>Changes the scenario of OMS.</summary>
    public Func<OmsScenarioOptions, OmsScenarioOptions> Scenario { get; init; } = static options => options;
}
