namespace Drydock.Clients.Docker;


/// <summary>The base of everything this client throws on its own account. Messages never hold secrets.</summary>
public abstract class DockerException : Exception
{
    /// <summary>Makes one.</summary>
    protected DockerException(string endpoint, string message, Exception? innerException = null)
        : base(message, innerException) => Endpoint = endpoint;

    /// <summary>The endpoint it happened at, as it may be shown.</summary>
    public string Endpoint { get; }
}
