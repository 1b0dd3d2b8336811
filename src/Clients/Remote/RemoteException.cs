namespace Drydock.Clients.Remote;

/// <summary>
/// Something could not be done on a host. The message names the host and never a key or what was sent.
/// </summary>
public sealed class RemoteException : Exception
{
    /// <summary>Makes one.</summary>
    public RemoteException(
        string host, string message, RemoteRefusal reason, bool mayHaveRun = false, Exception? innerException = null)
        : base(message, innerException) => (Host, Reason, MayHaveRun) = (host, reason, mayHaveRun);

    /// <summary>The host, as messages name it: over ssh <c>user@host:port</c>.</summary>
    public string Host { get; }

    /// <summary>What failed.</summary>
    public RemoteRefusal Reason { get; }

    /// <summary>
    /// Whether the command may have been run, or still runs: the connection broke after it was sent. False: it never
    /// ran.
    /// </summary>
    public bool MayHaveRun { get; }
}
