namespace Drydock.Clients.Safety;

/// <summary>A request has no answer that can be used. The message has no word of the other side, because messages are
/// written into a status and the other side may be unknown.</summary>
/// <param name="wasSent">False: certainly nothing of the request reached the other side.</param>
/// <param name="message">What happened, as a part of a sentence.</param>
/// <param name="innerException">The cause; also what a connection was refused with.</param>
public sealed class HttpOutcomeException(
    HttpProblem problem, bool wasSent, bool isRead, string message, Exception? innerException = null)
    : HttpRequestException(message, innerException)
{
    public HttpProblem Problem => problem;

    public bool WasSent => wasSent;

    /// <summary>Whether the other side may have carried out a change: look before anything is sent again.</summary>
    public bool MayHaveRun => wasSent && !isRead;
}

public enum HttpProblem
{
    /// <summary>No connection: refused, no route, no such name.</summary>
    Unreachable,

    Handshake,

    ConnectTimedOut,

    /// <summary>No complete answer in time.</summary>
    TimedOut,

    /// <summary>The connection ended before the end of the answer.</summary>
    Interrupted,

    /// <summary>The answer is not HTTP, or its headers are too long.</summary>
    Foreign,

    TooLong,
}
