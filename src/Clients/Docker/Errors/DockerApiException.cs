using System.Net;

namespace Drydock.Clients.Docker;


/// <summary>The engine answered and refused.</summary>
public class DockerApiException : DockerException
{
    /// <summary>Makes one.</summary>
    public DockerApiException(string endpoint, string operation, HttpStatusCode statusCode, string engineMessage)
        : base(endpoint, $"{operation} at {endpoint} answered {(int)statusCode}: {engineMessage}")
    {
        StatusCode = statusCode;
        EngineMessage = engineMessage;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The engine's own words, with the secret values of the request taken out.</summary>
    public string EngineMessage { get; }
}
