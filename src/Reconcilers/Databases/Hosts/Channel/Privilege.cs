namespace Drydock.Reconcilers.Databases;

/// <summary>Whether a command runs as root where become is Sudo in spec.access.</summary>
internal enum Privilege
{
    /// <summary>Never: what it starts must run as the login user.</summary>
    Never,

    /// <summary>Only once the login user was not allowed to do it.</summary>
    WhenNeeded,

    /// <summary>Only once something was hidden from the login user there, and from then on at once.</summary>
    Look,

    /// <summary>Always: it controls processes.</summary>
    Control,
}
