namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Whether a command runs as root where become is Sudo in spec.access. Otherwise it runs as becomeUser, and without
/// that as the login user.
/// </summary>
internal enum Privilege
{
    /// <summary>Never: what it starts must run as the account of the database.</summary>
    Never,

    /// <summary>Only once the account was not allowed to do it.</summary>
    WhenNeeded,

    /// <summary>Only after the account lacked a permission, and from then on immediately.</summary>
    Look,

    /// <summary>Always: it ends processes, or controls services of daemontools.</summary>
    Control,

    /// <summary>
    /// Always: it controls systemd units. With becomeFor: Units the script runs as the login user, and only systemctl
    /// through sudo.
    /// </summary>
    Units,
}
