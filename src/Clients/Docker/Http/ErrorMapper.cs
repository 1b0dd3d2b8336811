using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drydock.Clients.Docker.Json;

namespace Drydock.Clients.Docker.Http;

/// <summary>Turns refusals and broken connections into the types of this client.</summary>
internal static partial class ErrorMapper
{
    private const int MaxMessage = 2000;

    /// <summary>The exception for an answer that is not a success.</summary>
    public static DockerException FromAnswer(string endpoint, string operation, HttpStatusCode status, string body, SecretScrubber secrets, string? name = null)
    {
        var message = secrets.Scrub(Message(body, status));
        if (status == HttpStatusCode.BadRequest && VersionRefusal().Match(message) is { Success: true } refusal)
        {
            return new DockerApiVersionException(
                endpoint, $"{operation} at {endpoint}: {message} (this client speaks {ApiVersion.SupportedRange})", refusal.Groups["version"].Value, ApiVersion.SupportedRange);
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

    /// <summary>The exception for a connection that failed; one of ours inside it, thrown while connecting, is found and given as it is.</summary>
    public static DockerException FromConnection(string endpoint, string operation, Exception failure, bool changesSomething)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is DockerException typed)
            {
                return typed;
            }
        }

        if (failure is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse })
        {
            return new DockerProtocolException(endpoint, $"{operation} at {endpoint}: the answer is not HTTP: {failure.GetBaseException().Message}", failure);
        }

        return new DockerUnreachableException(
            endpoint, $"{operation} at {endpoint}: the connection broke: {failure.GetBaseException().Message}", changesSomething, failure);
    }

    private static string Message(string body, HttpStatusCode status)
    {
        var text = body.Trim();
        try
        {
            text = JsonSerializer.Deserialize(text, DockerJson.Default.ErrorAnswer)?.Message ?? text;
        }
        catch (JsonException)
        {
            // Old engines and proxies answer in plain text: that text is the message.
        }

        return text.Length switch
        {
            0 => status.ToString(),
            > MaxMessage => text[..MaxMessage],
            _ => text.Trim(),
        };
    }

    [GeneratedRegex("name \"?/?(?<name>[^\" ]+)\"? is already in use( by container \"?(?<id>[0-9a-f]{12,64}))?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameInUse();

    [GeneratedRegex("client version [0-9.]+ is too (old|new)\\. (Minimum|Maximum) supported API version is (?<version>[0-9.]+[0-9])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionRefusal();
}
