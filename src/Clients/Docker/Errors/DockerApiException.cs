using System.Net;
using Drydock.Clients.Docker.Http;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Docker;


/// <summary>The engine answered and refused.</summary>
public class DockerApiException : DockerException
{
    /// <summary>Makes one.</summary>
    public DockerApiException(string endpoint, string operation, HttpStatusCode statusCode, string engineMessage)
        : base(endpoint, $"{operation} at {endpoint} answered {(int)statusCode}: {HttpTrouble.Clip(engineMessage, ErrorMapper.MaxMessage)}")
    {
        StatusCode = statusCode;
        EngineMessage = engineMessage;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>
    /// The engine's own words, with the secret values of the request taken out, up to 2,000 characters: to tell what
    /// was refused. A message repeats at most 300 of them.
    /// </summary>
    public string EngineMessage { get; }
}
