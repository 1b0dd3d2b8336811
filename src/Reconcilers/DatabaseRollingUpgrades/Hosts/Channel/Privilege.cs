namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts.Channel;

/// <summary>Whether a command goes through sudo where spec.access.become is Sudo.</summary>
internal enum Privilege
{
    /// <summary>Never: what it starts must run as the login user.</summary>
    Never,

    /// <summary>Only once the login user was not allowed to do it.</summary>
    WhenNeeded,

    /// <summary>Always: it controls processes, or must see those of others.</summary>
    Control,
}
