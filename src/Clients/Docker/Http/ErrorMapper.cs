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
        string endpoint, DockerCall call, HttpStatusCode status, string? contentType, string body)
    {
        var operation = call.Operation;
        var message = ForeignText.Words(Scrub(Message(body, status, contentType), call.Secrets), MaxWords);
        return status switch
        {
            HttpStatusCode.BadRequest when VersionRefusal().IsMatch(message) => new DockerApiVersionException(
                $"Docker at {endpoint} refused the API version ({operation}): "
                    + $"{Sentence(message)} This client speaks {DockerHandler.Versions}."),
            HttpStatusCode.NotFound => new DockerNotFoundException(endpoint, operation, message),
            HttpStatusCode.Conflict when NameInUse().IsMatch(message) =>
                new DockerNameConflictException(endpoint, operation, message),
            HttpStatusCode.Conflict => new DockerConflictException(endpoint, operation, message),
            _ => new DockerApiException(endpoint, operation, status, message),
        };
    }

    /// <summary>Whether another attempt would end the same: the engine or ssh refused this client, or it was silent
    /// for the whole limit.</summary>
    public static bool IsFinal(Exception failure) => Typed(failure) switch
    {
        null => false,
        DockerTimeoutException or DockerTlsException => true,
        DockerSshException ssh => ssh.Reason != RemoteRefusal.Connection,
        var other => other is not DockerUnreachableException,
    };

    /// <summary>The exception for a call whose answer did not come, or not to its end.</summary>
    public static DockerException FromConnection(string endpoint, DockerCall call, Exception failure)
    {
        var mayHaveRun = failure is HttpOutcomeException outcome ? outcome.MayHaveRun : call.Changes;
        return Typed(failure) ?? failure switch
        {
            HttpOutcomeException { Problem: HttpProblem.TimedOut } => new DockerTimeoutException(
                $"Docker at {endpoint} ({call.Operation}): {failure.Message}.", mayHaveRun, failure),
            HttpOutcomeException { Problem: HttpProblem.TooLong } => new DockerProtocolException(
                $"Docker at {endpoint} ({call.Operation}): {failure.Message}. Check that a Docker Engine listens "
                    + "there."),
            _ when HttpFailure.IsForeign(failure) => new DockerProtocolException(
                $"Docker at {endpoint} ({call.Operation}): {Sentences.Close(HttpFailure.Describe(failure))} Check that "
                    + "a Docker Engine listens there.",
                failure),
            _ => new DockerUnreachableException(
                $"The connection to Docker at {endpoint} broke ({call.Operation}): "
                    + $"{Sentences.Close(HttpFailure.Describe(failure))}",
                mayHaveRun,
                failure),
        };
    }

    /// <summary>The values of environment lines.</summary>
    public static IEnumerable<string?> Values(IEnumerable<string>? lines) =>
        (lines ?? []).Select(line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]);

    /// <summary>The text without these values, the longest first.</summary>
    public static string Scrub(string text, IEnumerable<string?> secrets) => secrets.OfType<string>()
        .Where(secret => secret.Length > 0)
        .OrderByDescending(secret => secret.Length)
        .Aggregate(text, (rest, secret) => rest.Replace(secret, "***", StringComparison.Ordinal));

    /// <summary>The engine's text as the end of a message: clipped, with a full stop.</summary>
    public static string Sentence(string engineText) => Sentences.Close(ForeignText.Words(engineText, MaxMessage));

    // What a connector threw.
    private static DockerException? Typed(Exception? failure) =>
        failure is null ? null : failure as DockerException ?? Typed(failure.InnerException);

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
            if (DockerJson.Object(Encoding.UTF8.GetBytes(text)).Text("message")?.Trim() is { Length: > 0 } message)
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

    [GeneratedRegex("name \"?/?[^\" ]+\"? is already in use", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameInUse();

    [GeneratedRegex(
        "client version [0-9.]+ is too (old|new)\\. (Minimum|Maximum) supported API version is [0-9.]+[0-9]",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex VersionRefusal();
}
