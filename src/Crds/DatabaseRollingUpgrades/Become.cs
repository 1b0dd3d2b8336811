namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>Whether commands on hosts are run as another user.</summary>
public enum Become
{
    /// <summary>As the login user.</summary>
    None,

    /// <summary>As root: over ssh through sudo without a password, in a container by exec as root.</summary>
    Sudo,
}
