using System.Net;

namespace Drydock.Clients.Docker;


/// <summary>401 or 403: the registry, or a plugin of the engine, refuses these credentials.</summary>
public sealed class DockerUnauthorizedException : DockerApiException
{
    /// <summary>Makes one.</summary>
    public DockerUnauthorizedException(
        string endpoint, string operation, HttpStatusCode statusCode, string engineMessage)
        : base(endpoint, operation, statusCode, engineMessage)
    {
    }
}
