namespace Drydock.Clients.Docker;


/// <summary>
/// An endpoint that cannot be used as it is written. Repeating does not help; the message says what to write instead.
/// </summary>
public sealed class DockerEndpointException : DockerException
{
    /// <summary>Makes one.</summary>
    public DockerEndpointException(string endpoint, string message, Exception? innerException = null)
        : base(endpoint, message, innerException)
    {
    }
}
