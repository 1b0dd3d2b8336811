namespace Drydock.Clients.Docker;

/// <summary>Maps refusals and broken connections to the exceptions of this client.</summary>
internal static partial class ErrorMapper
{
    /// <summary>Maximum number of characters of the engine's text in a message.</summary>
    internal const int MaxMessage = 300;

    // The answer of Go's web server, and so of an engine with TLS, to plain HTTP.
    private const string PlainToTls = "Client sent an HTTP request to an HTTPS server.";

    // Maximum number of characters kept in <c>EngineMessage</c>.
    private const int MaxWords = 2000;

    /// <summary>The exception for an answer that is not a success. Only text from an engine is repeated, never the body
    /// of another server.</summary>
    public static DockerException FromAnswer(
        string endpoint,
        string operation,
        HttpStatusCode status,
        string? contentType,
        string body,
        SecretScrubber secrets,
        string? name = null)
    {
        var message = ForeignText.Words(secrets.Scrub(Message(body, status, contentType)), MaxWords);
        if (status == HttpStatusCode.BadRequest && VersionRefusal().Match(message) is { Success: true } refusal)
        {
            return new DockerApiVersionException(
                endpoint, $"Docker at {endpoint} refused the API version ({operation}): "
                    + $"{Sentence(message)} This client speaks "
                    + $"{ApiVersion.SupportedRange}.", refusal.Groups["version"].Value, ApiVersion.SupportedRange);
        }

        return status switch
        {
            HttpStatusCode.NotFound => new DockerNotFoundException(endpoint, operation, message),
            HttpStatusCode.Conflict when NameInUse().Match(message) is { Success: true } use =>
                new DockerNameConflictException(
                    endpoint,
                    operation,
                    message,
                    name ?? use.Groups["name"].Value,
                    use.Groups["id"] is { Success: true } id ? id.Value : null),
            HttpStatusCode.Conflict => new DockerConflictException(endpoint, operation, message),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new DockerUnauthorizedException(endpoint, operation, status, message),
            _ => new DockerApiException(endpoint, operation, status, message),
        };
    }

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

        return HttpFailure.IsForeign(failure)
            ? new DockerProtocolException(
                endpoint,
                $"Docker at {endpoint} ({operation}): {Sentences.Close(HttpFailure.Describe(failure))} Check that a "
                    + "Docker Engine listens there.",
                failure)
            : new DockerUnreachableException(
                endpoint,
                $"The connection to Docker at {endpoint} broke ({operation}): "
                    + $"{Sentences.Close(HttpFailure.Describe(failure))}",
                changesSomething,
                failure);
    }

    /// <summary>The engine's text as the end of a message: clipped, with a full stop.</summary>
    public static string Sentence(string engineText) => Sentences.Close(ForeignText.Words(engineText, MaxMessage));

    private static string Message(string body, HttpStatusCode status, string? contentType)
    {
        var text = body.Trim();
        if (status == HttpStatusCode.BadRequest && text == PlainToTls)
        {
            return "The port expects HTTPS. Set tlsSecretRef.";
        }

        if (text.Length == 0)
        {
            return status.ToString();
        }

        try
        {
            if (JsonSerializer.Deserialize(
                text, DockerJson.Default.ErrorResponse)?.Message?.Trim() is { Length: > 0 } message)
            {
                return message;
            }
        }
        catch (JsonException)
        {
            // A page of a proxy or of another service: its text must not reach the status of an object.
        }

        return $"{status}, with a body ({ForeignText.Words(contentType ?? "no content type", 100)}) that is not from a "
            + "Docker Engine";
    }

    [GeneratedRegex("name \"?/?(?<name>[^\" ]+)\"? is already in use( by container "
        + "\"?(?<id>[0-9a-f]{12,64}))?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameInUse();

    [GeneratedRegex("client version [0-9.]+ is too (old|new)\\. "
        + "(Minimum|Maximum) supported API version is (?<version>[0-9.]+[0-9])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionRefusal();
}

/// <summary>The first part of a refusal's body.</summary>
internal static class ErrorBody
{
    private const int MaxBytes = 64 * 1024;

    public static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
        var length = 0;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                length = await stream.ReadAtLeastAsync(
                    buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The status is the answer; only its reason is lost with a truncated text.
            return "";
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
