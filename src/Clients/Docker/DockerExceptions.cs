namespace Drydock.Clients.Docker;

/// <summary>The base of everything this client throws on its own account. Messages never contain secrets.</summary>
public abstract class DockerException(string message, Exception? innerException = null)
    : Exception(message, innerException);

/// <summary>The endpoint cannot be used as it is written. A retry does not help; the message says what to write
/// instead.</summary>
public sealed class DockerEndpointException(string message, Exception? innerException = null)
    : DockerException(message, innerException);

/// <summary>The other end does not speak the Docker Engine API as documented: a proxy's page, a broken frame, invalid
/// JSON.</summary>
public sealed class DockerProtocolException(string message, Exception? innerException = null)
    : DockerException(message, innerException);

/// <summary>The engine and this client have no API version in common.</summary>
public sealed class DockerApiVersionException(string message) : DockerException(message);

/// <summary>A failure the engine reported inside a stream that had begun with 200 (pull, load).</summary>
public sealed class DockerStreamException(string endpoint, string operation, string engineMessage)
    : DockerException($"Docker at {endpoint} failed ({operation}): {ErrorMapper.Sentence(engineMessage)}")
{
    public string EngineMessage { get; } = engineMessage;
}

/// <summary>The engine could not be asked, or its answer was lost.</summary>
public class DockerUnreachableException(string message, bool mayHaveBeenProcessed, Exception? innerException = null)
    : DockerException(message, innerException)
{
    /// <summary>false: the request provably never reached the engine (no connection). true: the engine may have carried
    /// it out although no answer came; observe the state before deciding anything.</summary>
    public bool MayHaveBeenProcessed { get; } = mayHaveBeenProcessed;
}

/// <summary>The engine did not answer within the limit. It may have carried out the request, or may still do
/// so.</summary>
public sealed class DockerTimeoutException(string message, bool mayHaveBeenProcessed, Exception? innerException = null)
    : DockerUnreachableException(message, mayHaveBeenProcessed, innerException);

/// <summary>The ssh login, or <c>docker system dial-stdio</c> at its other end, failed before the engine was
/// reached.</summary>
public sealed class DockerSshException(string message, RemoteRefusal reason, Exception? innerException = null)
    : DockerUnreachableException(message, mayHaveBeenProcessed: false, innerException)
{
    public RemoteRefusal Reason { get; } = reason;
}

/// <summary>A TLS handshake failed because one side refused the other.</summary>
public sealed class DockerTlsException(string message, TlsRefusal refusedBy, Exception? innerException = null)
    : DockerUnreachableException(message, mayHaveBeenProcessed: false, innerException)
{
    public TlsRefusal RefusedBy { get; } = refusedBy;
}

public enum TlsRefusal
{
    Unknown,

    /// <summary>This client did not accept the engine's certificate.</summary>
    Client,

    /// <summary>The engine did not accept the client's certificate.</summary>
    Server,
}

/// <summary>The engine answered and refused.</summary>
public class DockerApiException(string endpoint, string operation, HttpStatusCode statusCode, string engineMessage)
    : DockerException(
        $"Docker at {endpoint} answered {(int)statusCode} ({operation}): {ErrorMapper.Sentence(engineMessage)}")
{
    public HttpStatusCode StatusCode { get; } = statusCode;

    /// <summary>401 or 403: the registry, or a plugin of the engine, refuses these credentials.</summary>
    public bool IsUnauthorized => StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>The engine's own text, up to 2,000 characters, with the secret values of the request removed. Exception
    /// messages contain at most 300 of them.</summary>
    public string EngineMessage { get; } = engineMessage;
}

/// <summary>404: no such container, image, exec instance or path.</summary>
public sealed class DockerNotFoundException(string endpoint, string operation, string engineMessage)
    : DockerApiException(endpoint, operation, HttpStatusCode.NotFound, engineMessage);

/// <summary>409: the state of the container, image or exec instance forbids it (an exec id that has been started, for
/// example).</summary>
public class DockerConflictException(string endpoint, string operation, string engineMessage)
    : DockerApiException(endpoint, operation, HttpStatusCode.Conflict, engineMessage);

/// <summary>409: the container name is in use.</summary>
public sealed class DockerNameConflictException(string endpoint, string operation, string engineMessage)
    : DockerConflictException(endpoint, operation, engineMessage);
