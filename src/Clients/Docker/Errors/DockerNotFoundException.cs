using System.Net;

namespace Drydock.Clients.Docker;


/// <summary>404: no such container, image, exec instance or path.</summary>
public sealed class DockerNotFoundException : DockerApiException
{
    /// <summary>Makes one.</summary>
    public DockerNotFoundException(string endpoint, string operation, string engineMessage)
        : base(endpoint, operation, HttpStatusCode.NotFound, engineMessage)
    {
    }
}
