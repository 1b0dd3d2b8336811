using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drydock.Clients.Docker.Json;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Docker.Http;

/// <summary>Turns refusals and broken connections into the types of this client.</summary>
internal static partial class ErrorMapper
{
    /// <summary>How much of an engine's words goes into a message, in characters.</summary>
    internal const int MaxMessage = 300;

    // What Go's web server, and by that an engine with TLS, answers to plain HTTP.
    private const string PlainToTls = "Client sent an HTTP request to an HTTPS server.";

    // How much of them is kept to tell by what was refused, in characters.
    private const int MaxWords = 2000;

    /// <summary>
    /// The exception for an answer that is not a success. Only an engine's own words are repeated, never a body that is
    /// not one of an engine.
    /// </summary>
    public static DockerException FromAnswer(
        string endpoint, string operation, HttpStatusCode status, string? contentType, string body, SecretScrubber secrets, string? name = null)
    {
        var message = HttpTrouble.Clip(secrets.Scrub(Message(body, status, contentType)), MaxWords);
        if (status == HttpStatusCode.BadRequest && VersionRefusal().Match(message) is { Success: true } refusal)
        {
            return new DockerApiVersionException(
                endpoint, $"{operation} at {endpoint}: {HttpTrouble.Clip(message, MaxMessage)} (this client speaks {ApiVersion.SupportedRange})", refusal.Groups["version"].Value, ApiVersion.SupportedRange);
        }

        return status switch
        {
            HttpStatusCode.NotFound => new DockerNotFoundException(endpoint, operation, message),
            HttpStatusCode.Conflict when NameInUse().Match(message) is { Success: true } use =>
                new DockerNameConflictException(endpoint, operation, message, name ?? use.Groups["name"].Value, use.Groups["id"] is { Success: true } id ? id.Value : null),
            HttpStatusCode.Conflict => new DockerConflictException(endpoint, operation, message),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new DockerUnauthorizedException(endpoint, operation, status, message),
            _ => new DockerApiException(endpoint, operation, status, message),
        };
    }

    /// <summary>
    /// The exception for a connection that failed; one of ours inside it, thrown while connecting, is found and given
    /// as it is.
    /// </summary>
    public static DockerException FromConnection(
        string endpoint, string operation, Exception failure, bool changesSomething)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is DockerException typed)
            {
                return typed;
            }
        }

        return HttpTrouble.IsForeign(failure)
            ? new DockerProtocolException(endpoint, $"{operation} at {endpoint}: {HttpTrouble.Describe(failure)}. See what listens there, and whether it is a Docker Engine.", failure)
            : new DockerUnreachableException(endpoint, $"{operation} at {endpoint}: the connection broke: {HttpTrouble.Describe(failure)}", changesSomething, failure);
    }

    private static string Message(string body, HttpStatusCode status, string? contentType)
    {
        var text = body.Trim();
        if (status == HttpStatusCode.BadRequest && text == PlainToTls)
        {
            return "The port expects HTTPS. Set tlsSecretRef";
        }

        if (text.Length == 0)
        {
            return status.ToString();
        }

        try
        {
            if (JsonSerializer.Deserialize(text, DockerJson.Default.ErrorAnswer)?.Message?.Trim() is { Length: > 0 } message)
            {
                return message;
            }
        }
        catch (JsonException)
        {
            // A page of a proxy, or of another service: what it says is not for the status of an object.
        }

        return $"{status}, with a body ({HttpTrouble.Clip(contentType ?? "of no type", 100)}) that is not one of a Docker Engine";
    }

    [GeneratedRegex("name \"?/?(?<name>[^\" ]+)\"? is already in use( by container \"?(?<id>[0-9a-f]{12,64}))?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameInUse();

    [GeneratedRegex("client version [0-9.]+ is too (old|new)\\. (Minimum|Maximum) supported API version is (?<version>[0-9.]+[0-9])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionRefusal();
}
