namespace Drydock.Clients.Remote;

/// <summary>An action on a host failed. The message names the host and never contains a key or the sent data.</summary>
public sealed class RemoteException(
    string message, RemoteRefusal reason, bool mayHaveRun = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    public RemoteRefusal Reason { get; } = reason;

    /// <summary>True: the connection broke after the command was sent, so it may have run or may still run. False: it
    /// never ran.</summary>
    public bool MayHaveRun { get; } = mayHaveRun;

    public bool AtJump { get; init; }
}

public enum RemoteRefusal
{
    Connection,

    /// <summary>The host key, or the certificate of the engine, is unknown or has changed, and was refused.</summary>
    HostKey,

    Authentication,

    RemoteCommand,

    /// <summary>The ssh program could not be started in the operator, or key, certificate or address cannot be
    /// used.</summary>
    LocalClient,

    Sudo,

    Corrupt,

    Container,
}
