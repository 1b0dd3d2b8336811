using Drydock.Clients.Remote;

namespace Drydock.Clients.Docker;

/// <summary>
/// The ssh login, or <c>docker system dial-stdio</c> at its other end, failed before the engine was reached.
/// </summary>
public sealed class DockerSshException : DockerUnreachableException
{
    /// <summary>Makes one.</summary>
    public DockerSshException(string endpoint, string message, RemoteRefusal reason, Exception? innerException = null)
        : base(endpoint, message, mayHaveBeenProcessed: false, innerException) => Reason = reason;

    /// <summary>What failed.</summary>
    public RemoteRefusal Reason { get; }
}
