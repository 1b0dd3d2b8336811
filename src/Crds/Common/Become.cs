namespace Drydock.Crds.Common;

/// <summary>Whether commands on hosts run as another user.</summary>
public enum Become
{
    /// <summary>As the login user.</summary>
    None,

    /// <summary>As root: over ssh by sudo without a password, in a container by exec as root.</summary>
    Sudo,
}
