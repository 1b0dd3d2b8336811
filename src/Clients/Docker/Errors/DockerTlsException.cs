namespace Drydock.Clients.Docker;


/// <summary>A TLS handshake failed because one side refused the other.</summary>
public sealed class DockerTlsException : DockerUnreachableException
{
    /// <summary>Makes one.</summary>
    public DockerTlsException(string endpoint, string message, TlsRefusal refusedBy, Exception? innerException = null)
        : base(endpoint, message, mayHaveBeenProcessed: false, innerException) => RefusedBy = refusedBy;

    /// <summary>Which side refused.</summary>
    public TlsRefusal RefusedBy { get; }
}
