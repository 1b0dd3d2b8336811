namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Upgrades one distributed database (YugabyteDB, BMDB or TiDB), one process after another, so that no quorum
/// is lost: preflight and plan; then drain, swap and verify each process; then the steps that make the new version
/// final.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = Plural)]
[KubernetesEntityShortNames("dru", Categories = ApiGroup.Category)]
[AdditionalPrinterColumn(".spec.engine", "ENGINE", "string", Description = "The database engine.")]
[AdditionalPrinterColumn(
    ".status.instanceProgress", "INSTANCES", "string", Priority = 1,
    Description = "Processes that run the wanted version, of all, for each component.")]
public sealed record DatabaseRollingUpgrade : UpgradeEntity<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    /// <summary>The kind as manifests have it.</summary>
    public const string KindName = "DatabaseRollingUpgrade";

    /// <summary>The resource name in URLs.</summary>
    public const string Plural = "databaserollingupgrades";
}
