namespace Drydock.Clients.Ssh;

/// <summary>Why something could not be had over ssh.</summary>
public enum SshRefusal
{
    /// <summary>The host could not be reached (name, network, port), or the connection broke.</summary>
    Connection,

    /// <summary>The host key is unknown or has changed: strict checking refused it.</summary>
    HostKey,

    /// <summary>The host refused our key.</summary>
    Authentication,

    /// <summary>The login worked; what was run there did not.</summary>
    RemoteCommand,

    /// <summary>The ssh program could not be started here, or could not use our files.</summary>
    LocalClient,

    /// <summary>The login worked; sudo there does not let us, or wants a password.</summary>
    Sudo,

    /// <summary>A file arrived, and is not what was sent.</summary>
    Corrupt,
}
