namespace Drydock.Reconcilers.OmsUpgrades.Domain;

/// <summary>Which OMS it is. The two have different version histories and upgrade paths (facts §5.1).</summary>
public enum OmsEdition
{
    /// <summary>OMS Enterprise.</summary>
    Enterprise,

    /// <summary>OMS Community (OMS-CE).</summary>
    Community,
}
