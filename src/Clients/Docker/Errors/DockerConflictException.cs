using System.Net;

namespace Drydock.Clients.Docker;


/// <summary>
/// 409: the state of the container, image or exec instance forbids it (an exec id that has been started, for example).
/// </summary>
public class DockerConflictException : DockerApiException
{
    /// <summary>Makes one.</summary>
    public DockerConflictException(string endpoint, string operation, string engineMessage)
        : base(endpoint, operation, HttpStatusCode.Conflict, engineMessage)
    {
    }
}
