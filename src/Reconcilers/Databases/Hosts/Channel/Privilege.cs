namespace Drydock.Reconcilers.Databases;

/// <summary>Whether a command runs as root where become is Sudo in spec.access.</summary>
internal enum Privilege
{
    /// <summary>Never: what it starts must run as the login user.</summary>
    Never,

    /// <summary>Only once the login user was not allowed to do it.</summary>
    WhenNeeded,

    /// <summary>Only after the login user lacked a permission, and from then on immediately.</summary>
    Look,

    /// <summary>Always: it controls processes.</summary>
    Control,
}
