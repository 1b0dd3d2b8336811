namespace Drydock.Clients.Remote;

/// <summary>Why something could not be had on a host.</summary>
public enum RemoteRefusal
{
    /// <summary>The host could not be reached (name, network, port), or the connection broke.</summary>
    Connection,

    /// <summary>The host key, or the certificate of the engine, is unknown or has changed: it was refused.</summary>
    HostKey,

    /// <summary>The host refused our key or certificate, or does not know the user.</summary>
    Authentication,

    /// <summary>The login worked; what was run there did not.</summary>
    RemoteCommand,

    /// <summary>The ssh program could not be started here, or key, certificate or address cannot be used.</summary>
    LocalClient,

    /// <summary>The login worked; sudo there does not let us, or wants a password.</summary>
    Sudo,

    /// <summary>A file arrived, and is not what was sent.</summary>
    Corrupt,

    /// <summary>The engine answers, and the container is not there or does not run.</summary>
    Container,
}
