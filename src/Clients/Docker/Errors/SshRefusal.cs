namespace Drydock.Clients.Docker;


/// <summary>Why an ssh connection to an engine could not be had.</summary>
public enum SshRefusal
{
    /// <summary>The host could not be reached (name, network, port).</summary>
    Connection,

    /// <summary>The host key is unknown or has changed: strict checking refused it.</summary>
    HostKey,

    /// <summary>The host refused our key.</summary>
    Authentication,

    /// <summary>The login worked; the docker command there did not (missing, no permission on the socket, engine down).</summary>
    RemoteCommand,

    /// <summary>The ssh program could not be started here, or could not use our files.</summary>
    LocalClient,
}
