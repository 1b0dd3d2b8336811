namespace Drydock.Clients.Remote;

/// <summary>
/// An action on a host failed. The message names the host and never contains a key or the sent data.
/// </summary>
public sealed class RemoteException(
    string host, string message, RemoteRefusal reason, bool mayHaveRun = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The host, as messages name it: over ssh <c>user@host:port</c>.</summary>
    public string Host { get; } = host;

    /// <summary>What failed.</summary>
    public RemoteRefusal Reason { get; } = reason;

    /// <summary>
    /// True: the connection broke after the command was sent, so it may have run or may still run. False: it never ran.
    /// </summary>
    public bool MayHaveRun { get; } = mayHaveRun;

    /// <summary>True: the jump host refused or could not be reached, not the host behind it.</summary>
    public bool AtJump { get; init; }
}

/// <summary>Why an action on a host failed.</summary>
public enum RemoteRefusal
{
    /// <summary>The host could not be reached (name, network, port), or the connection broke.</summary>
    Connection,

    /// <summary>The host key, or the certificate of the engine, is unknown or has changed, and was refused.</summary>
    HostKey,

    /// <summary>The host refused the key or certificate, or does not know the user.</summary>
    Authentication,

    /// <summary>The login worked, but the command failed.</summary>
    RemoteCommand,

    /// <summary>
    /// The ssh program could not be started in the operator, or key, certificate or address cannot be used.
    /// </summary>
    LocalClient,

    /// <summary>The login worked, but sudo refused or asked for a password.</summary>
    Sudo,

    /// <summary>A received file is not identical to the sent one.</summary>
    Corrupt,

    /// <summary>The engine answers, but the container does not exist or is not running.</summary>
    Container,
}
