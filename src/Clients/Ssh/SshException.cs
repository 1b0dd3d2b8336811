namespace Drydock.Clients.Ssh;

/// <summary>Something could not be done over ssh. The message names the host and never a key or what was sent.</summary>
public sealed class SshException : Exception
{
    /// <summary>Makes one.</summary>
    public SshException(string host, string message, SshRefusal reason, bool mayHaveRun = false, Exception? innerException = null)
        : base(message, innerException) => (Host, Reason, MayHaveRun) = (host, reason, mayHaveRun);

    /// <summary>The host, as <c>user@host:port</c>.</summary>
    public string Host { get; }

    /// <summary>What failed.</summary>
    public SshRefusal Reason { get; }

    /// <summary>Whether the command may have been run, or still runs: the connection broke after it was sent. False: it never ran.</summary>
    public bool MayHaveRun { get; }
}
