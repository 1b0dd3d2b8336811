namespace Drydock.Clients.Docker;


/// <summary>
/// The other end does not speak the Docker Engine API as documented (a proxy's page, a broken frame, JSON that is
/// none).
/// </summary>
public sealed class DockerProtocolException : DockerException
{
    /// <summary>Makes one.</summary>
    public DockerProtocolException(string endpoint, string message, Exception? innerException = null)
        : base(endpoint, message, innerException)
    {
    }
}
