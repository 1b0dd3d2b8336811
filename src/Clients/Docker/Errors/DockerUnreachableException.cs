namespace Drydock.Clients.Docker;


/// <summary>The engine could not be asked, or its answer was lost on the way.</summary>
public class DockerUnreachableException : DockerException
{
    /// <summary>Makes one.</summary>
    public DockerUnreachableException(
        string endpoint, string message, bool mayHaveBeenProcessed, Exception? innerException = null)
        : base(endpoint, message, innerException) => MayHaveBeenProcessed = mayHaveBeenProcessed;

    /// <summary>
    /// false: the request provably never reached the engine (no connection). true: it may have been carried out
    /// although no answer came; look at the world before deciding anything.
    /// </summary>
    public bool MayHaveBeenProcessed { get; }
}
