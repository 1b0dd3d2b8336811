namespace Drydock.Crds.OmsUpgrades;

/// <summary>Upgrades one OceanBase Migration Service installation (all nodes of all regions) as the vendor's upgrade
/// guides do: preflight, plan, backup, container swap, correction, initialisation, verification.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = Plural)]
[KubernetesEntityShortNames(ShortName, Categories = ApiGroup.Category)]
public sealed record OmsUpgrade : UpgradeEntity<OmsUpgradeSpec, OmsUpgradeStatus>
{
    /// <summary>The kind as manifests have it.</summary>
    public const string KindName = "OmsUpgrade";

    /// <summary>The short name for <c>kubectl</c>.</summary>
    public const string ShortName = "omsu";

    /// <summary>The resource name in URLs.</summary>
    public const string Plural = "omsupgrades";
}
