namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What runs as root over ssh.</summary>
public enum BecomeFor
{
    /// <summary>Scripts that control processes, and those for which the account lacks a permission.</summary>
    Scripts,

    /// <summary>Only systemctl.</summary>
    Units,
}
