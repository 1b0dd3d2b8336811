namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Whether commands on hosts are run as another user.</summary>
public enum Become
{
    /// <summary>As the login user.</summary>
    None,

    /// <summary>Through sudo without a password.</summary>
    Sudo,
}
