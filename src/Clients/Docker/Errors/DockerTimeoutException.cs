namespace Drydock.Clients.Docker;


/// <summary>
/// The engine did not answer within the limit. It may have carried out the request, or may still do so.
/// </summary>
public sealed class DockerTimeoutException : DockerUnreachableException
{
    /// <summary>Makes one.</summary>
    public DockerTimeoutException(
        string endpoint, string message, TimeSpan limit, bool mayHaveBeenProcessed, Exception? innerException = null)
        : base(endpoint, message, mayHaveBeenProcessed, innerException) => Limit = limit;

    /// <summary>The limit that was exceeded.</summary>
    public TimeSpan Limit { get; }
}
